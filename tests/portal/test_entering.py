"""Signing in by a code, and what a session is worth."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from booking.errors import CodeOver, NotValid, TooManyCodes
from booking.one_time_codes import LASTS, MOST_A_DAY, MOST_AN_HOUR, MOST_TRIES, WrongCode
from booking.outbox import Letter
from booking.store import Store, read, write
from portal.identity import sessions
from portal.identity.entering import Granted, SignIn, answer, ask, ask_again, code_for, code_of_tab, new_key
from portal.identity.grants import LASTS as GRANT_LASTS
from portal.identity.grants import DoorGrant, end_everywhere, redeem
from portal.identity.sessions import IDLE, LONGEST, Person, SessionRow, Who, begin, who_is
from tests.booking.towns import NOW, found, minutes

MAIL = "ana@example.org"


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    return store


def asked(town: Store, typed: str = MAIL, now=NOW, key: str = "") -> str:
    key = key or new_key()
    write(town, ask, now, key, typed, "pt", "/me/")
    return key


def granted(town: Store, key: str, now=NOW) -> str:
    given = write(town, answer, now, key, read(town, code_of_tab, key))
    assert isinstance(given, Granted)
    return given.grant


def signed_in(town: Store, typed: str = MAIL) -> str:
    entered = write(town, redeem, NOW, granted(town, asked(town, typed)))
    assert entered
    return write(town, begin, NOW, entered.person)


def who(town: Store, token: str, now=NOW) -> Who:
    found_who = read(town, who_is, now, token)
    assert found_who
    return found_who


def letters(town: Store) -> list[Letter]:
    return read(town, lambda session: list(session.exec(select(Letter).order_by(Letter.id))))


def test_the_right_code_lets_in_once_and_the_second_time_as_the_same_person(town: Store):
    key = asked(town)
    grant = granted(town, key)
    first = write(town, redeem, NOW, grant)
    assert first
    assert (first.wants, first.language, first.person.how) == ("/me/", "pt", "code")
    assert write(town, redeem, NOW, grant) is None
    again = write(town, redeem, NOW, granted(town, asked(town, key=key)))
    assert again
    assert again.person == first.person


def test_what_is_shown_at_the_door_is_good_for_a_moment(town: Store):
    grant = granted(town, asked(town))
    assert write(town, redeem, NOW + GRANT_LASTS, grant) is None
    assert write(town, redeem, NOW, granted(town, asked(town, "rui@example.org"))) is not None
    assert write(town, redeem, NOW, "") is None
    assert write(town, redeem, NOW, "made up") is None


def test_wrong_codes_are_counted_and_a_used_one_is_over(town: Store):
    key = asked(town)
    right = read(town, code_of_tab, key)
    wrong = "000000" if right != "000000" else "111111"
    for left in reversed(range(MOST_TRIES)):
        assert write(town, answer, NOW, key, wrong) == WrongCode(left)
    with pytest.raises(CodeOver):
        write(town, answer, NOW, key, right)
    other = asked(town, "rui@example.org")
    code = read(town, code_of_tab, other)
    granted(town, other)
    with pytest.raises(CodeOver):
        write(town, answer, NOW, other, code)


def test_a_code_is_good_in_the_tab_that_asked_for_it_alone_and_for_its_time(town: Store):
    key = asked(town)
    code = read(town, code_of_tab, key)
    with pytest.raises(CodeOver):
        write(town, answer, NOW, new_key(), code)
    stranger = asked(town, "mallory@example.org")
    assert isinstance(write(town, answer, NOW, stranger, code), WrongCode)
    with pytest.raises(CodeOver):
        write(town, answer, NOW + LASTS, key, code)
    assert isinstance(write(town, answer, NOW + LASTS - minutes(1), key, code), Granted)


def test_another_contact_in_the_same_tab_makes_the_first_code_worthless(town: Store):
    """Else whoever has a code for their own address could put another's in its place before typing it."""
    key = asked(town)
    code = read(town, code_of_tab, key)
    asked(town, "victim@example.org", key=key)
    assert isinstance(write(town, answer, NOW, key, code), WrongCode)


def test_codes_are_sent_to_known_and_unknown_alike_and_not_without_end(town: Store):
    signed_in(town)
    asked(town, "nobody@example.org")
    assert [letter.what for letter in letters(town)] == ["code", "code"]
    key = asked(town, "flooded@example.org")
    for at in (10, 20):
        write(town, ask_again, NOW + timedelta(seconds=at), key)
    with pytest.raises(TooManyCodes):
        write(town, ask_again, NOW + timedelta(seconds=30), key)
    for _ in range(3):
        asked(town, "flooded@example.org")
    with pytest.raises(TooManyCodes):
        asked(town, "flooded@example.org")


def test_whoever_is_flooded_all_day_is_left_in_peace_until_the_next(town: Store):
    sent, waits_until = 0, None
    for hour in range(4):
        for _each in range(MOST_AN_HOUR):
            try:
                asked(town, now=NOW + hour * timedelta(hours=1, minutes=1))
                sent += 1
            except TooManyCodes as refusal:
                waits_until = refusal.until
    assert sent == MOST_A_DAY
    assert waits_until == NOW + timedelta(days=1)
    asked(town, now=NOW + timedelta(days=1))


def test_only_the_last_letter_waits_to_be_sent_and_carries_the_code_that_is_good(town: Store):
    key = asked(town)
    write(town, ask_again, NOW + minutes(1), key)
    assert [letter.outcome for letter in letters(town)] == ["overtaken", ""]
    row = read(town, lambda session: session.exec(select(SignIn)).one())
    found_code = read(town, code_for, row.id)
    assert found_code
    assert (found_code[1], found_code[2]) == (read(town, code_of_tab, key), NOW + minutes(1) + LASTS)


def test_a_double_tap_sends_one_letter(town: Store):
    key = asked(town)
    asked(town, key=key, now=NOW + timedelta(seconds=2))
    assert len(letters(town)) == 1


@pytest.mark.parametrize("typed", ["", "ana", "ana@", "12", "x" * 10_000, "+351 210 000"])
def test_what_no_code_can_reach_is_refused_at_its_field(town: Store, typed: str):
    with pytest.raises(NotValid) as refused:
        asked(town, typed)
    assert [problem.field for problem in refused.value.problems] == ["contact"]
    assert letters(town) == []


def test_a_session_is_known_by_its_secret_and_by_nothing_that_looks_like_it(town: Store):
    token = signed_in(town)
    assert who(town, token).resident_id
    for other in ("", token[:-1], token.swapcase(), token + "x", "é" * 40):
        assert read(town, who_is, NOW, other) is None


def test_a_session_ends_idle_and_ends_in_the_evening(town: Store):
    token = signed_in(town)
    assert read(town, who_is, NOW + IDLE, token) is None
    at = NOW
    while at < NOW + LONGEST - minutes(30):
        at += minutes(30)
        write(town, sessions.seen, at, who(town, token, at).session_id)
    assert read(town, who_is, NOW + LONGEST, token) is None


def test_signing_in_ends_the_session_that_the_browser_had(town: Store):
    """A secret that somebody planted before must not become theirs (session fixation)."""
    old = signed_in(town)
    new = write(town, begin, NOW, Person("code", resident_id=who(town, old).resident_id), instead_of=old)
    assert read(town, who_is, NOW, old) is None
    assert who(town, new)


def test_somebody_ends_their_own_sessions_and_nobody_elses(town: Store):
    here, there, stranger = signed_in(town), signed_in(town), signed_in(town, "rui@example.org")
    mine = who(town, here)
    write(town, sessions.end_one, NOW, mine, who(town, stranger).session_id)
    assert who(town, stranger)
    assert {row.id for row in read(town, sessions.sessions_of, NOW, mine)} == {mine.session_id, who(town, there).session_id}
    write(town, sessions.end_all_but, NOW, mine)
    assert who(town, here)
    assert who(town, stranger)
    assert read(town, who_is, NOW, there) is None
    write(town, sessions.end, NOW, here)
    assert read(town, who_is, NOW, here) is None


def test_neither_secrets_nor_codes_are_in_the_database(town: Store):
    key = asked(town)
    code = read(town, code_of_tab, key)
    grant = granted(town, key)
    entered = write(town, redeem, NOW, grant)
    assert entered
    token = write(town, begin, NOW, entered.person)

    def everything(session: Session) -> str:
        rows = [
            *session.exec(select(SignIn)),
            *session.exec(select(SessionRow)),
            *session.exec(select(DoorGrant)),
            *session.exec(select(Letter)),
        ]
        return repr([row.model_dump() for row in rows])

    written = read(town, everything)
    assert not any(secret in written for secret in (key, code, grant, token, MAIL))


def test_what_was_about_to_become_a_session_ends_with_the_others(town: Store):
    """A grant is good for two minutes: signed out everywhere in between, it opens nothing."""
    token = granted(town, asked(town))
    resident = read(town, lambda session: session.exec(select(DoorGrant)).one()).resident_id
    write(town, end_everywhere, NOW, resident_id=(resident or 0) + 1)  # control: somebody else's stay
    assert read(town, lambda session: session.exec(select(DoorGrant)).all())
    write(town, end_everywhere, NOW, resident_id=resident)
    assert write(town, redeem, NOW, token) is None
