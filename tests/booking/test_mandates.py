"""Mandates: who may act for whom, in what, until when; and that whoever may not finds nothing there."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from booking.audit import AuditEntry
from booking.details import Contact
from booking.errors import NoMandate, NotValid, TooManyMandates
from booking.mandates import (
    BOOK,
    MOST_A_DAY,
    RECEIVE,
    SCOPES,
    SEE,
    SUBMIT,
    Terms,
    accept,
    acts_for,
    decline,
    grant,
    granted_by,
    may,
    offered_to,
    revoke,
)
from booking.outbox import Letter
from booking.people import Mandate
from booking.residents import resident_with
from booking.store import Store, read, write
from tests.booking.towns import NOW, TODAY, found

ANAS, KARIMS, STRANGERS = (Contact(email=f"{name}@example.org") for name in ("ana", "karim", "stranger"))
TERMS = Terms("my brother Karim", "Karim@example.org", (SEE, BOOK), date(2028, 3, 1), "Ana Lopes")


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    return store


def arrives(town: Store, contact: Contact) -> int:
    return write(town, resident_with, NOW, contact, "pt").id or 0


def granted(town: Store, owner: int, now=NOW, **terms: Any) -> int:
    return write(town, grant, now, owner, replace(TERMS, **terms), "pt").id or 0


def pair(town: Store, **terms: Any) -> tuple[int, int, int]:
    """Owner, holder, and the mandate that the holder has accepted."""
    ana, karim = arrives(town, ANAS), arrives(town, KARIMS)
    mandate = granted(town, ana, **terms)
    write(town, accept, NOW, karim, mandate)
    return ana, karim, mandate


def allowed(town: Store, holder: int, owner: int, now=NOW) -> list[str]:
    return [scope for scope in SCOPES if read(town, may, now, holder, owner, scope)]


def rows(town: Store, table: type) -> list[Any]:
    return read(town, lambda session: list(session.exec(select(table))))


def problems(town: Store, owner: int, **terms: Any) -> list[tuple[str, str]]:
    with pytest.raises(NotValid) as refused:
        granted(town, owner, **terms)
    return [(problem.field, problem.reason) for problem in refused.value.problems]


def test_it_is_worth_nothing_before_it_is_accepted_and_what_it_names_afterwards(town: Store):
    ana, karim = arrives(town, ANAS), arrives(town, KARIMS)
    mandate = granted(town, ana)
    assert allowed(town, karim, ana) == []
    assert [each.id for each in read(town, offered_to, NOW, karim)] == [mandate]
    write(town, accept, NOW, karim, mandate)
    assert allowed(town, karim, ana) == [BOOK, SEE]
    assert allowed(town, ana, karim) == []
    assert read(town, offered_to, NOW, karim) == []
    (one,) = read(town, acts_for, NOW, karim)
    assert (one.owner_id, one.name, one.scopes, one.last_day) == (ana, "Ana Lopes", (BOOK, SEE), TERMS.last_day)


def test_whoever_shows_the_contact_later_finds_the_offer(town: Store):
    granted(town, arrives(town, ANAS))
    assert len(read(town, offered_to, NOW, arrives(town, KARIMS))) == 1


def test_it_counts_to_the_end_of_its_last_day_by_the_towns_clock(town: Store):
    ana, karim, _mandate = pair(town, last_day=date(2027, 7, 1))
    midnight = NOW.replace(month=7, day=1, hour=23)  # summer time: an hour ahead of UTC
    assert allowed(town, karim, ana, midnight - timedelta(minutes=1)) == [BOOK, SEE]
    assert allowed(town, karim, ana, midnight) == []
    assert read(town, acts_for, midnight, karim) == []
    assert read(town, granted_by, midnight, ana) == []


def test_taken_back_or_given_up_it_is_worth_nothing_at_once(town: Store):
    for end in (revoke, decline):
        ana, karim, mandate = pair(town)
        write(town, end, NOW, ana if end is revoke else karim, mandate)
        assert allowed(town, karim, ana) == []
        with pytest.raises(NoMandate):
            write(town, accept, NOW, karim, mandate)


def test_granting_accepting_and_ending_twice_change_nothing_more(town: Store):
    ana, karim, mandate = pair(town)
    assert granted(town, ana) == mandate
    assert len(rows(town, Letter)) == 1
    write(town, accept, NOW + timedelta(hours=1), karim, mandate)
    assert rows(town, Mandate)[0].accepted_at == NOW
    for at in (1, 2):
        write(town, revoke, NOW + timedelta(hours=at), ana, mandate)
    write(town, decline, NOW + timedelta(hours=3), karim, mandate)
    (row,) = rows(town, Mandate)
    assert (row.ended_at, row.ended_by) == (NOW + timedelta(hours=1), ana)
    assert [entry.act for entry in rows(town, AuditEntry)] == ["grant-mandate", "accept-mandate", "revoke-mandate"]


def test_somebody_who_has_one_is_given_another_only_after_it_was_taken_back(town: Store):
    ana, _karim, mandate = pair(town)
    assert problems(town, ana, scopes=SCOPES) == [("contact", "has-one")]
    write(town, revoke, NOW, ana, mandate)
    assert granted(town, ana, scopes=SCOPES) != mandate


def test_an_offer_to_another_contact_is_nobody_elses_to_answer(town: Store):
    ana, stranger = arrives(town, ANAS), arrives(town, STRANGERS)
    mandate = granted(town, ana)
    for verb in (accept, decline, revoke):
        with pytest.raises(NoMandate):
            write(town, verb, NOW, stranger, mandate)
        with pytest.raises(NoMandate):
            write(town, verb, NOW, stranger, mandate + 1)
    assert read(town, offered_to, NOW, stranger) == []
    assert rows(town, Mandate)[0].ended_at is None


def test_an_accepted_one_is_nobody_elses_to_accept_or_to_end(town: Store):
    ana, karim, mandate = pair(town)
    stranger = arrives(town, STRANGERS)
    for verb in (accept, decline, revoke):
        with pytest.raises(NoMandate):
            write(town, verb, NOW, stranger, mandate)
    # The holder doesn't end it as if they were the owner, and the owner doesn't accept their own.
    with pytest.raises(NoMandate):
        write(town, revoke, NOW, karim, mandate)
    with pytest.raises(NoMandate):
        write(town, accept, NOW, ana, mandate)
    assert allowed(town, karim, ana) == [BOOK, SEE]


def test_the_owner_accepts_no_offer_of_their_own_when_they_get_its_contact_later(town: Store):
    ana = arrives(town, ANAS)
    mandate = granted(town, ana)
    write(town, lambda session: setattr(session.get(Mandate, mandate), "contact", "ana@example.org"))
    with pytest.raises(NoMandate):
        write(town, accept, NOW, ana, mandate)
    assert read(town, offered_to, NOW, ana) == []


def test_nobody_acts_for_somebody_through_a_third(town: Store):
    ana, karim, _mandate = pair(town)
    stranger = arrives(town, STRANGERS)
    chained = granted(town, karim, contact="stranger@example.org")
    write(town, accept, NOW, stranger, chained)
    assert allowed(town, stranger, karim) == [BOOK, SEE]
    assert allowed(town, stranger, ana) == []


def test_an_expired_offer_cannot_be_accepted(town: Store):
    ana, karim = arrives(town, ANAS), arrives(town, KARIMS)
    mandate = granted(town, ana, last_day=TODAY)
    with pytest.raises(NoMandate):
        write(town, accept, NOW + timedelta(days=1), karim, mandate)


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"name": " "}, ("name", "missing")),
        ({"owner_name": ""}, ("owner_name", "missing")),
        ({"contact": "karim"}, ("contact", "not-a-phone")),
        ({"contact": "+351 210 000 000"}, ("contact", "cannot-be-asked")),
        ({"contact": "ana+me@example.org"}, ("contact", "is-yours")),
        ({"scopes": ()}, ("scopes", "missing")),
        ({"scopes": (SEE, "everything")}, ("scopes", "missing")),
        ({"last_day": TODAY - timedelta(days=1)}, ("last_day", "out-of-range")),
        ({"last_day": date(2029, 3, 2)}, ("last_day", "out-of-range")),
    ],
)
def test_what_cannot_be_granted_is_refused_at_its_field(town: Store, terms: dict[str, Any], problem: tuple[str, str]):
    assert problems(town, arrives(town, ANAS), **terms) == [problem]
    assert rows(town, Mandate) == []


def test_two_years_to_the_day_and_every_scope_can_be_granted(town: Store):
    ana, karim, _mandate = pair(town, scopes=(RECEIVE, SUBMIT, SEE, BOOK), last_day=date(2029, 3, 1))
    assert allowed(town, karim, ana) == list(SCOPES)


def test_nobody_fills_letter_boxes_with_offers(town: Store):
    ana = arrives(town, ANAS)
    for number in range(MOST_A_DAY):
        write(town, revoke, NOW, ana, granted(town, ana, contact=f"{number}@example.org"))
    with pytest.raises(TooManyMandates):
        granted(town, ana)
    granted(town, ana, now=NOW + timedelta(days=1))


def test_the_record_names_nobody(town: Store):
    pair(town)
    said = repr([entry.model_dump() for entry in rows(town, AuditEntry)])
    assert "resident 1" in said
    assert not any(name in said for name in ("Ana", "Karim", "example.org"))
