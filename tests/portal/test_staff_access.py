"""How staff show who they are, and what doesn't show it."""

import time
from datetime import datetime, timedelta

import pytest
from pyotp.totp import TOTP
from sqlmodel import Session, select, update

from booking.audit import AuditEntry
from booking.catalogue import StaffMember, catalogue_changed
from booking.errors import NotValid
from booking.store import Store, read, write
from portal.identity import sessions
from portal.identity.sessions import Person, begin, who_is
from portal.identity.staff_access import (
    FREE_TRIES,
    INVITATION_LASTS,
    LONGEST_WAIT,
    RECOVERY_CODES,
    StaffAccess,
    StaffRecoveryCode,
    TryLater,
    Wrong,
    WrongSignIn,
    codes_left,
    forget_tries,
    invite,
    invited,
    new_totp_secret,
    set_up,
    sign_in,
    totp_address,
    withdraw,
)
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


def has_access(town: Store) -> list[str]:
    return write(town, set_up, NOW, write(town, invite, NOW, ROSA), PASSWORD, SECRET, digits())


def comes(town: Store, email: str = ROSA, password: str = PASSWORD, second: str | None = None, now: datetime = LATER):
    return write(town, sign_in, now, email, password, digits(now) if second is None else second)


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


@pytest.mark.parametrize("password", ["", "short", "x" * 40, "rosa@town.example", "Rosa Teixeira", "y" * 2_000])
def test_a_password_that_is_too_easy_is_refused_and_the_invitation_stays(town: Store, password: str):
    token = write(town, invite, NOW, ROSA)
    with pytest.raises(NotValid) as refused:
        write(town, set_up, NOW, token, password, SECRET, digits())
    assert [problem.field for problem in refused.value.problems] == ["password"]
    assert write(town, set_up, NOW, token, PASSWORD, SECRET, digits())


def test_the_authenticator_is_tried_before_it_counts(town: Store):
    token = write(town, invite, NOW, ROSA)
    with pytest.raises(NotValid) as refused:
        write(town, set_up, NOW, token, PASSWORD, SECRET, "000000")
    assert [problem.field for problem in refused.value.problems] == ["digits"]


def test_an_invitation_is_good_once_for_a_day_and_the_last_one_only(town: Store):
    first = write(town, invite, NOW, ROSA)
    token = write(town, invite, NOW, ROSA)
    for bad in (first, "", "made up"):
        with pytest.raises(WrongSignIn):
            write(town, set_up, NOW, bad, PASSWORD, SECRET, digits())
    assert read(town, invited, NOW + INVITATION_LASTS, token) is None
    assert read(town, invited, NOW, token)
    write(town, set_up, NOW, token, PASSWORD, SECRET, digits())
    with pytest.raises(WrongSignIn):
        write(town, set_up, NOW, token, PASSWORD, SECRET, digits())
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
