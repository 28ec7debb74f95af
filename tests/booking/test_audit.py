"""The audit record: who may be named in it, that nobody changes it, and that whoever does is found; on both databases."""

import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import String, delete, insert, literal_column, select, text, type_coerce, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from booking import audit
from booking.audit import (
    CHANGED,
    ENTRIES,
    MISSING,
    NOT_AS_ANCHORED,
    NOTHING,
    OUT_OF_LINE,
    PUT_IN,
    SEALED,
    Head,
    Verdict,
    head_of,
    latest_entries,
    reads_of,
    record,
    verify,
)
from booking.errors import NotValid, Problem
from booking.store import Store, read, reading, transaction, violates, write
from tests.booking.audits import ENTRY, record_some, unguard
from tests.booking.towns import NOW, minutes

LENGTH = 30
ANA_AS_SUBJECT = ENTRY | {"subject": "resident 17"}


@pytest.fixture
def chain(store: Store) -> Store:
    record_some(store, LENGTH)
    return store


@pytest.fixture
def unguarded(chain: Store) -> Store:
    unguard(chain)
    return chain


# What is recorded


def test_entries_are_numbered_from_one_without_gaps_and_each_names_the_one_before(chain: Store):
    entries = read(chain, latest_entries, 100)
    assert [entry.number for entry in entries] == list(range(1, LENGTH + 1))
    assert [entry.previous_hash for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]


def test_an_entry_that_is_undone_leaves_no_gap(chain: Store):
    with suppress(RuntimeError), transaction(chain) as session:
        record(session, NOW, **ANA_AS_SUBJECT)
        raise RuntimeError
    record_some(chain, 1, LENGTH + 1)
    assert read(chain, verify).count == LENGTH + 1


def test_several_entries_of_one_transaction_stand_in_the_order_of_the_calls(store: Store):
    with transaction(store) as session:
        for subject in ("resident 3", "resident 1", "resident 2"):
            record(session, NOW, **ENTRY | {"subject": subject})
        assert head_of(session) == NOTHING
    assert [entry.subject for entry in read(store, latest_entries, 10)] == ["resident 3", "resident 1", "resident 2"]
    assert read(store, verify).count == 3


def test_staff_do_not_read_a_record_without_saying_what_for(store: Store):
    with pytest.raises(NotValid) as refused:
        write(store, record, NOW, **ANA_AS_SUBJECT | {"purpose": ""})
    assert refused.value.problems == (Problem("purpose", "missing"),)
    write(store, record, NOW, **ANA_AS_SUBJECT | {"actor_kind": "resident", "actor": "17", "purpose": ""})
    assert read(store, head_of).number == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "ana@example.org"},
        {"actor": ""},
        {"actor": "x" * 201},
        {"on_behalf_of": "José"},
        {"act": "Read it"},
        {"purpose": "because she asked me to, twice"},
        {"facts": {"email": "ana@example.org"}},
        {"facts": {"note": "one\ntwo"}},
        {"facts": {"note": "x" * 201}},
        {"facts": {f"fact-{number}": "" for number in range(11)}},
    ],
)
def test_what_has_no_place_in_an_entry_is_refused(store: Store, wrong: dict[str, Any]):
    with pytest.raises(ValueError, match=r"place|address"):
        write(store, record, NOW, **ANA_AS_SUBJECT | wrong)
    assert read(store, head_of) == NOTHING


def test_nothing_is_recorded_where_nothing_could_be_kept(store: Store):
    with reading(store) as session, pytest.raises(KeyError):
        record(session, NOW, **ANA_AS_SUBJECT)


def test_who_looked_is_shown_latest_first_with_what_for(store: Store):
    for number, (actor, purpose) in enumerate([("rui", "case-work"), ("eva", "phone-call")]):
        write(store, record, NOW + minutes(number), **ANA_AS_SUBJECT | {"actor": actor, "purpose": purpose})
    write(store, record, NOW, **ANA_AS_SUBJECT | {"act": "assisted"})
    write(store, record, NOW, **ANA_AS_SUBJECT | {"subject": "resident 170"})
    found = [(each.actor, each.at, each.purpose) for each in read(store, reads_of, "resident 17")]
    assert found == [("eva", NOW + minutes(1), "phone-call"), ("rui", NOW, "case-work")]


def test_the_latest_entries_can_be_those_of_one_subject(chain: Store):
    assert [entry.number for entry in read(chain, latest_entries, 2)] == [LENGTH - 1, LENGTH]
    assert [entry.number for entry in read(chain, latest_entries, 2, "resident 3")] == [17, 24]


# Nobody changes it


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET actor = 'eva' WHERE number = 3",
        "DELETE FROM audit_entry WHERE number = 3",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE number = 3",
        "TRUNCATE audit_entry",
    ],
)
def test_the_database_refuses_to_change_what_is_there(chain: Store, change: str):
    if change.startswith("TRUNCATE" if chain.is_sqlite else "INSERT OR"):
        return
    with pytest.raises(DBAPIError) as refused, transaction(chain) as session:
        session.execute(text(change))
    assert violates(refused.value, "audit_append_only")
    assert read(chain, verify).count == LENGTH


def test_without_its_guard_the_database_changes_it_and_the_chain_shows_it(unguarded: Store):
    """Control."""
    with transaction(unguarded) as session:
        session.execute(text("UPDATE audit_entry SET actor = 'eva' WHERE number = 3"))
    verdict = read(unguarded, verify)
    assert (verdict.count, verdict.head.number, verdict.broken, verdict.why) == (2, 2, 3, CHANGED)


# Whoever changes it is found


Tampering = Callable[[Session, random.Random], int]


class PutBack(Exception):
    """So that the next one finds the chain as it was."""


def verdict_after(
    store: Store, tamper: Callable[[Session], object], anchors: Iterable[Head] = (), after: Head = NOTHING
) -> tuple[Verdict, Any]:
    """What is found once `tamper` was done, and what `tamper` says should be."""
    found = Verdict(0, NOTHING), None
    with suppress(PutBack), transaction(store) as session:
        expected = tamper(session)
        found = verify(session, after, anchors), expected
        raise PutBack
    return found


def rows(session: Session) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(select(*ENTRIES.columns).order_by(ENTRIES.c.number)).mappings()]


def put(session: Session, number: int, /, **values: Any) -> None:
    session.execute(update(ENTRIES).where(ENTRIES.c.number == number).values(values))


def other(value: str, chance: random.Random) -> str:
    """Another text, that differs by little."""
    place = chance.randrange(len(value) + 1)
    return value[:place] + chance.choice("0 x") + value[place:]


def change_a_column(session: Session, chance: random.Random) -> int:
    row = chance.choice(rows(session))
    column = chance.choice([*SEALED, "hash"])
    if column == "number":
        number = chance.choice([0, -5, LENGTH + 1, LENGTH + 100])
        put(session, row["number"], number=number)
        return min(number, row["number"])
    if column == "at":
        put(session, row["number"], at=row["at"] + chance.choice([-1, 1]) * timedelta(microseconds=10 ** chance.randrange(12)))
    else:
        put(session, row["number"], **{column: other(row[column], chance)})
    return row["number"]


def take_some_out(session: Session, chance: random.Random) -> int:
    first = chance.randrange(1, LENGTH)
    last = chance.randrange(first, LENGTH)
    session.execute(delete(ENTRIES).where(ENTRIES.c.number.between(first, last)))
    return first


def swap_two(session: Session, chance: random.Random) -> int:
    one, another = sorted(chance.sample(rows(session), 2), key=lambda row: row["number"])
    put(session, one["number"], **another | {"number": one["number"]})
    put(session, another["number"], **one | {"number": another["number"]})
    return one["number"]


def put_one_in(session: Session, chance: random.Random) -> int:
    """A copy of another, at any place or at the end; those behind it move on."""
    number = chance.randrange(1, LENGTH + 2)
    copied = chance.choice([row for row in rows(session) if row["number"] != number])
    for sign in ("-number - 1", "-number"):
        session.execute(
            update(ENTRIES).where((ENTRIES.c.number >= number) | (ENTRIES.c.number < 0)).values(number=literal_column(sign))
        )
    before = "" if number == 1 else rows(session)[number - 2]["hash"]
    session.execute(insert(ENTRIES).values(copied | {"number": number, "previous_hash": before}))
    return number


def seal_anew(session: Session, chance: random.Random, secret: bytes = b"a key that somebody guessed") -> int:
    """One entry changed, and every seal from there on made again, with a key that isn't ours."""
    first = chance.randrange(1, LENGTH + 1)
    put(session, first, actor="eva")
    entries = rows(session)
    previous = "" if first == 1 else entries[first - 2]["hash"]
    for row in entries[first - 1 :]:
        row["previous_hash"] = previous
        previous = audit._seal(secret, row | {"at": f"{row['at']:%Y-%m-%d %H:%M:%S.%f}"})
        put(session, row["number"], previous_hash=row["previous_hash"], hash=previous)
    return first


def cut_off_the_end(session: Session, chance: random.Random) -> int:
    last = chance.randrange(LENGTH)
    session.execute(delete(ENTRIES).where(ENTRIES.c.number > last))
    return last + 1


TAMPERINGS: tuple[Tampering, ...] = (
    change_a_column,
    change_a_column,
    change_a_column,
    change_a_column,
    change_a_column,
    take_some_out,
    swap_two,
    put_one_in,
    seal_anew,
    cut_off_the_end,
)


def test_each_of_a_thousand_tamperings_is_found_at_its_first_entry(unguarded: Store):
    head, chance, missed = read(unguarded, head_of), random.Random(20261126), []
    for turn in range(1_000):
        tamper = TAMPERINGS[turn % len(TAMPERINGS)]
        # Only what is cut off needs the anchor.
        anchors = [head] if tamper is cut_off_the_end else []
        verdict, expected = verdict_after(unguarded, lambda session, tamper=tamper: tamper(session, chance), anchors)
        if verdict.broken != expected:
            missed.append((turn, tamper.__name__, expected, verdict))
    assert missed == []


def test_a_chain_that_nobody_touched_is_whole(unguarded: Store):
    """Control: what found a thousand tamperings finds none where there is none, before and after them."""
    head = read(unguarded, head_of)
    for _ in range(2):
        verdict, _ = verdict_after(unguarded, lambda _: None, [head])
        assert verdict == Verdict(LENGTH, head)
        verdict_after(unguarded, lambda session: change_a_column(session, random.Random(1)))


def test_an_end_that_was_cut_off_is_known_by_the_anchors_only(unguarded: Store):
    """Control: this is what the chain alone can't show."""
    head, cut = read(unguarded, head_of), random.Random(7)
    unanchored, _ = verdict_after(unguarded, lambda session: cut_off_the_end(session, cut))
    assert unanchored.broken is None
    for last in (0, 12, LENGTH - 1):
        cut_after = delete(ENTRIES).where(ENTRIES.c.number > last)
        anchored, _ = verdict_after(unguarded, lambda session, cut_after=cut_after: session.execute(cut_after), [head])
        assert (anchored.broken, anchored.why, anchored.count) == (last + 1, MISSING, last)


def test_a_record_written_anew_with_the_secret_is_known_by_the_anchors_only(unguarded: Store):
    anchors = [Head(entry.number, entry.hash) for entry in read(unguarded, latest_entries, 100)]

    def rewrite(session: Session) -> int:
        return seal_anew(session, random.Random(3), unguarded.secret)

    assert verdict_after(unguarded, rewrite)[0].broken is None
    verdict, first = verdict_after(unguarded, rewrite, anchors)
    assert (verdict.broken, verdict.why) == (first, NOT_AS_ANCHORED)


def test_an_entry_of_another_line_of_history_does_not_fit(unguarded: Store):
    """As after a restore: sealed with our secret, under its own number, but behind another entry."""
    kept: list[dict[str, Any]] = []

    def of_another_day(session: Session) -> None:
        session.execute(delete(ENTRIES).where(ENTRIES.c.number > 10))
        for number in range(5):
            record(session, NOW + timedelta(days=1), **ENTRY | {"subject": f"resident {number}"})
        audit._chain(session)
        kept.extend(rows(session)[11:13])

    def mix(session: Session) -> None:
        put(session, 12, **kept[0])

    verdict_after(unguarded, of_another_day)
    verdict, _ = verdict_after(unguarded, mix)
    assert (verdict.broken, verdict.why) == (12, OUT_OF_LINE)


def test_an_entry_before_the_first_was_put_in(unguarded: Store):
    verdict, _ = verdict_after(
        unguarded, lambda session: session.execute(insert(ENTRIES).values(rows(session)[0] | {"number": 0}))
    )
    assert (verdict.broken, verdict.why) == (0, PUT_IN)


def test_whatever_sqlite_lets_somebody_write_is_found(unguarded: Store):
    """There a column holds anything, also an instant that isn't one. (PostgreSQL refuses what doesn't belong.)"""
    if not unguarded.is_sqlite:
        return
    found = 0
    for column, written in product([*SEALED[1:], "hash"], ["X'ff00'", "7", "'yesterday'", "''"]):
        change = text(f"UPDATE audit_entry SET {column} = {written} WHERE number = 5")
        verdict, changed = verdict_after(
            unguarded, lambda session, change=change, column=column: was_changed(session, change, column)
        )
        assert (verdict.broken, verdict.why) == ((5, CHANGED) if changed else (None, ""))
        found += changed
    # One was empty before.
    assert found == 43


def was_changed(session: Session, change: Any, column: str) -> bool:
    raw = select(type_coerce(ENTRIES.c[column], String())).where(ENTRIES.c.number == 5)
    before = session.execute(raw).scalar()
    session.execute(change)
    return session.execute(raw).scalar() != before


def test_the_walk_can_go_on_from_an_entry_that_is_known_to_be_right(unguarded: Store):
    known = [Head(entry.number, entry.hash) for entry in read(unguarded, latest_entries, 100)]
    assert read(unguarded, verify, known[19]) == Verdict(11, known[-1])
    assert read(unguarded, verify, known[-1], known[:5]) == Verdict(1, known[-1])
    for last, broken in ((10, 20), (19, 20), (25, 26)):
        cut = delete(ENTRIES).where(ENTRIES.c.number > last)
        verdict, _ = verdict_after(unguarded, lambda session, cut=cut: session.execute(cut), [known[-1]], known[19])
        assert (verdict.broken, verdict.why) == (broken, MISSING)


def test_a_long_chain_is_walked_a_few_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "AT_ONCE", 7)
    with transaction(store) as session:
        for number in range(3_000):
            record(session, NOW, **ENTRY | {"subject": f"resident {number}"})
    assert read(store, verify).count == 3_000


def test_no_two_entries_have_one_seal_because_their_texts_run_together():
    entry = dict.fromkeys(SEALED, "") | {"number": 1}
    alike = [{"actor": "ab", "act": "c"}, {"actor": "a", "act": "bc"}, {"actor": 'ab","c', "act": ""}]
    assert len({audit._seal(b"secret", entry | each) for each in alike}) == len(alike)


def test_every_column_but_the_seal_is_sealed():
    assert {*SEALED, "hash"} == set(ENTRIES.columns.keys())


def test_another_secret_makes_another_chain(chain: Store, database_url: str):
    other_store = Store(database_url, b"another secret")
    assert read(other_store, verify).broken == 1
    other_store.close()
