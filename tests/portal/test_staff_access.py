"""How staff show who they are, and what doesn't show it."""

import time
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from pyotp.totp import TOTP
from sqlmodel import Session, select, update

from booking.audit import AuditEntry
from booking.catalogue import StaffMember, catalogue_changed
from booking.errors import NotValid
from booking.store import Store, read, write
from portal.identity import sessions
from portal.identity.authenticators import new_totp_secret, totp_address
from portal.identity.desk_entering import LASTS, SignInOver, Ways, first_step, second_step, to_compare, ways_of
from portal.identity.passwords import Compared, compared, hasher
from portal.identity.sessions import Person, begin, who_is
from portal.identity.staff_access import (
    INVITATION_LASTS,
    RECOVERY_CODES,
    Authenticator,
    InvitationOver,
    StaffAccess,
    StaffRecoveryCode,
    Wrong,
    check_password,
    choose_password,
    codes_left,
    invite,
    invited,
    set_up,
    withdraw,
)
from portal.identity.tries import FREE_TRIES, LONGEST_WAIT, TryLater, forget_tries
from tests.booking.towns import NOW, found, minutes

ROSA = "rosa@town.example"
PASSWORD = "a long and quiet afternoon"
LATER = NOW + minutes(2)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def town(store: Store) -> Store:
    found(
        store,
        staff=(
            StaffMember(
                slug="rosa", position=1, name="Rosa Teixeira", email=ROSA, counters=("pacos-1",), skills=(), roles=("clerk",)
            ),
        ),
    )
    return store


def digits(at: datetime = NOW) -> str:
    return TOTP(SECRET).at(at)


def sets_up(town: Store, token: str, password: str = PASSWORD, now: datetime = NOW, shown: str = "") -> list[str]:
    read(town, check_password, now, token, password)
    write(town, choose_password, now, token, hasher().hash(password))
    return write(town, set_up, now, token, Authenticator(SECRET, shown or digits(now)))


def has_access(town: Store) -> list[str]:
    return sets_up(town, write(town, invite, NOW, ROSA))


def types_password(town: Store, email: str = ROSA, password: str = PASSWORD, now: datetime = LATER, key: str = "a tab"):
    known = read(town, to_compare, now, email)
    return known if isinstance(known, TryLater) else write(town, first_step, now, key, email, compared(password, known))


def comes(town: Store, email: str = ROSA, password: str = PASSWORD, second: str | None = None, now: datetime = LATER):
    answer = types_password(town, email, password, now)
    if not isinstance(answer, Ways):
        return answer
    return write(town, second_step, now, "a tab", digits(now) if second is None else second)


def test_a_password_and_the_digits_of_the_authenticator_let_in(town: Store):
    has_access(town)
    assert comes(town) == Person("password", staff="rosa")
    assert comes(town, email=" ROSA@town.example ", now=NOW + minutes(4)) == Person("password", staff="rosa")


def test_either_of_them_alone_lets_nobody_in(town: Store):
    has_access(town)
    for password, second in (
        (PASSWORD, ""),
        (PASSWORD, "000000"),
        ("wrong", digits(NOW + minutes(2))),
        ("", ""),
        (PASSWORD, "x" * 5_000),
    ):
        assert isinstance(comes(town, password=password, second=second), Wrong)
        write(town, _forget)


def _forget(session: Session) -> None:
    forget_tries(session, NOW + timedelta(days=9))


def test_digits_are_good_once(town: Store):
    has_access(town)
    assert isinstance(comes(town), Person)
    assert comes(town) == Wrong()
    assert comes(town, second=digits(NOW), now=NOW + timedelta(seconds=20)) == Wrong()


def test_a_clock_a_step_off_is_forgiven_and_ten_minutes_off_is_named(town: Store):
    has_access(town)
    at = NOW + minutes(20)
    assert comes(town, second=digits(at - timedelta(seconds=30)), now=at) == Person("password", staff="rosa")
    for off in (minutes(10), -minutes(10)):
        assert comes(town, second=digits(at + minutes(60) + off), now=at + minutes(60)) == Wrong(is_clock=True)
    # Not told to whoever doesn't know the password.
    assert comes(town, password="wrong", second=digits(at + minutes(100)), now=at + minutes(90)) == Wrong()


def test_a_recovery_code_is_good_once_instead_of_the_digits(town: Store):
    codes = has_access(town)
    assert len(set(codes)) == RECOVERY_CODES
    assert comes(town, second=codes[0].lower().replace("-", " ")) == Person("password", staff="rosa")
    assert read(town, codes_left, "rosa") == RECOVERY_CODES - 1
    assert comes(town, second=codes[0]) == Wrong()


def test_each_wrong_try_after_the_fifth_waits_longer_for_known_and_unknown_alike(town: Store):
    has_access(town)
    for email in (ROSA, "nobody@town.example"):
        at, waits = NOW + minutes(5), []
        for _ in range(FREE_TRIES + 6):
            answer = comes(town, email=email, password="wrong", now=at)
            assert isinstance(answer, Wrong)
            refused = comes(town, email=email, password="wrong", now=at)
            if isinstance(refused, TryLater):
                waits.append(refused.until - at)
                at = refused.until
        assert waits[:4] == [minutes(1), minutes(2), minutes(4), minutes(8)]
        assert waits[-1] == LONGEST_WAIT
    # The right ones don't let in before either; and when they do, the count is over.
    assert isinstance(comes(town, now=at - timedelta(seconds=1)), TryLater)
    assert isinstance(comes(town, now=at + LONGEST_WAIT), Person)
    assert isinstance(comes(town, password="wrong", now=at + 2 * LONGEST_WAIT), Wrong)


def test_an_unknown_address_takes_as_long_as_a_known_one(town: Store):
    """Compared within one run, each by its quickest of several."""
    has_access(town)

    def quickest(email: str) -> float:
        took = []
        for at in range(4):
            began = time.perf_counter()
            comes(town, email=email, password="wrong", second="000000", now=NOW + minutes(10 + at))
            took.append(time.perf_counter() - began)
        return min(took)

    known, unknown = quickest(ROSA), quickest("nobody@town.example")
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 40, "rosa@town.example", "Rosa Teixeira", "rosa-teixeira", "y" * 2_000]
)
def test_a_password_that_is_too_easy_is_refused_and_the_invitation_stays(town: Store, password: str):
    token = write(town, invite, NOW, ROSA)
    with pytest.raises(NotValid) as refused:
        sets_up(town, token, password)
    assert [problem.field for problem in refused.value.problems] == ["password"]
    assert sets_up(town, token)


def test_the_authenticator_is_tried_before_it_counts(town: Store):
    token = write(town, invite, NOW, ROSA)
    with pytest.raises(NotValid) as refused:
        sets_up(town, token, shown="000000")
    assert [(problem.field, problem.reason) for problem in refused.value.problems] == [("digits", "wrong-digits")]
    with pytest.raises(NotValid) as refused:
        sets_up(town, token, shown=digits(NOW + minutes(10)))
    assert [(problem.field, problem.reason) for problem in refused.value.problems] == [("digits", "wrong-clock")]
    assert comes(town) == Wrong()


def test_an_invitation_is_good_once_for_a_day_and_the_last_one_only(town: Store):
    first = write(town, invite, NOW, ROSA)
    token = write(town, invite, NOW, ROSA)
    for bad in (first, "", "made up"):
        with pytest.raises(InvitationOver):
            sets_up(town, bad)
    with pytest.raises(InvitationOver):
        read(town, invited, NOW + INVITATION_LASTS, token)
    assert read(town, invited, NOW, token).slug == "rosa"
    sets_up(town, token)
    with pytest.raises(InvitationOver):
        sets_up(town, token)
    with pytest.raises(LookupError):
        write(town, invite, NOW, "nobody@town.example")


def test_whoever_the_town_does_not_name_any_more_is_out(town: Store):
    has_access(town)
    assert isinstance(comes(town), Person)

    def leaves(session: Session) -> None:
        session.execute(update(StaffMember).values(withdrawn_at=NOW))
        catalogue_changed(session)

    write(town, leaves)
    assert comes(town, now=NOW + minutes(4)) == Wrong()


def test_withdrawing_signs_out_everywhere_and_leaves_nothing_good(town: Store):
    codes = has_access(town)
    token = write(town, begin, NOW, Person("password", staff="rosa"))
    assert read(town, who_is, NOW, token)
    write(town, withdraw, NOW, ROSA)
    assert read(town, who_is, NOW, token) is None
    assert comes(town) == Wrong()
    assert comes(town, second=codes[0]) == Wrong()
    assert read(town, sessions.sessions_of, NOW, sessions.Who(1, "password", NOW, NOW, staff="rosa")) == []


def test_setting_up_anew_ends_what_was_there(town: Store):
    codes = has_access(town)
    token = write(town, begin, NOW, Person("password", staff="rosa"))
    again = has_access(town)
    assert read(town, who_is, NOW, token) is None
    assert comes(town, second=codes[0]) == Wrong()
    assert isinstance(comes(town, second=again[0]), Person)


def test_nothing_that_lets_in_stands_in_the_database(town: Store):
    codes = has_access(town)
    token = write(town, invite, NOW, ROSA)

    def everything(session: Session) -> str:
        rows = [*session.exec(select(StaffAccess)), *session.exec(select(StaffRecoveryCode)), *session.exec(select(AuditEntry))]
        return repr([row.model_dump() for row in rows])

    written = read(town, everything)
    assert not any(each in written for each in (PASSWORD, SECRET, token, *codes, ROSA))
    assert "argon2id" in written


def test_what_an_authenticator_reads_names_the_town_and_the_person():
    address = totp_address(new_totp_secret(), ROSA, "Vila Clara")
    assert address.startswith("otpauth://totp/Vila%20Clara:rosa%40town.example?secret=")


def test_a_password_without_a_second_thing_is_no_access(town: Store):
    token = write(town, invite, NOW, ROSA)
    write(town, choose_password, NOW, token, hasher().hash(PASSWORD))
    assert types_password(town) == Wrong()
    write(town, set_up, NOW, token, Authenticator(SECRET, digits()))
    assert types_password(town) == Ways(has_passkey=False, has_authenticator=True)
    assert read(town, ways_of, LATER, "a tab") == Ways(has_passkey=False, has_authenticator=True)


def test_a_second_thing_without_a_password_is_no_access(town: Store):
    token = write(town, invite, NOW, ROSA)
    with pytest.raises(InvitationOver):
        write(town, set_up, NOW, token, Authenticator(SECRET, digits()))


def test_the_second_step_belongs_to_the_tab_that_took_the_first_and_to_the_next_ten_minutes(town: Store):
    has_access(town)
    types_password(town)
    for key, at in (("another tab", LATER), ("", LATER), ("a tab", LATER + LASTS)):
        with pytest.raises(SignInOver):
            write(town, second_step, at, key, digits(at))
    assert write(town, second_step, LATER, "a tab", digits(LATER)) == Person("password", staff="rosa")
    with pytest.raises(SignInOver):
        write(town, second_step, LATER, "a tab", digits(LATER))


def test_of_many_tries_at_once_only_the_first_few_are_answered(town: Store):
    """All were held against the password before any of them was counted."""
    has_access(town)
    known = read(town, to_compare, LATER, ROSA)
    wrong, right = compared("wrong", known), compared(PASSWORD, known)
    answers = [write(town, first_step, LATER, "a tab", ROSA, each) for each in (*[wrong] * 5, right)]
    assert answers[:5] == [Wrong()] * 5
    assert isinstance(answers[5], TryLater)
    assert isinstance(write(town, first_step, LATER + minutes(2), "a tab", ROSA, right), Ways)


def test_what_was_compared_counts_for_the_password_that_is_there_only(town: Store):
    has_access(town)
    known = read(town, to_compare, LATER, ROSA)
    before = compared(PASSWORD, known)
    sets_up(town, write(town, invite, NOW, ROSA), "another quiet afternoon")
    assert write(town, first_step, LATER, "a tab", ROSA, before) == Wrong()
    assert write(town, first_step, LATER, "a tab", ROSA, Compared("", is_right=True)) == Wrong()


def test_wrong_digits_after_the_right_password_are_counted_too(town: Store):
    has_access(town)
    assert [comes(town, second="000000") for _ in range(FREE_TRIES)] == [Wrong()] * FREE_TRIES
    assert isinstance(comes(town), TryLater)
    assert isinstance(types_password(town, now=LATER + minutes(1)), Ways)


def test_whoever_was_given_a_new_link_waits_no_longer(town: Store):
    has_access(town)
    for _ in range(FREE_TRIES):
        comes(town, second="000000")
    assert isinstance(comes(town), TryLater)
    has_access(town)
    assert isinstance(comes(town, second=digits(LATER)), Person)


def test_digits_of_which_was_told_that_the_clock_is_wrong_are_never_good(town: Store):
    """Whoever got hold of digits that will be good in ten minutes must not learn that, and wait."""
    has_access(town)
    ahead = digits(LATER + minutes(10))
    assert comes(town, second=ahead) == Wrong(is_clock=True)
    assert comes(town, second=ahead, now=LATER + minutes(10)) == Wrong()
    # Control: the digits of the step after it are good.
    assert isinstance(comes(town, now=LATER + minutes(11)), Person)


def test_a_password_is_hashed_anew_when_the_parameters_have_changed(town: Store, monkeypatch: pytest.MonkeyPatch):
    old = PasswordHasher(time_cost=1, memory_cost=1024)
    token = write(town, invite, NOW, ROSA)
    write(town, choose_password, NOW, token, old.hash(PASSWORD))
    write(town, set_up, NOW, token, Authenticator(SECRET, digits()))

    def kept(session: Session) -> str:
        return session.get_one(StaffAccess, "rosa").password_hash

    before = read(town, kept)
    assert isinstance(types_password(town), Ways)
    after = read(town, kept)
    assert before != after
    assert not hasher().check_needs_rehash(after)
    assert isinstance(types_password(town), Ways)
    assert read(town, kept) == after


def test_another_secret_of_the_installation_opens_no_authenticator(town: Store):
    has_access(town)
    town.secret = b"another secret, after something was restored without it"
    assert comes(town) == Wrong()
