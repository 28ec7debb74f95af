"""Passkeys: made once, shown each time, and what is not taken for one."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from booking.catalogue import StaffMember, read_catalogue
from booking.store import Store, read, write
from portal.identity.authenticators import new_totp_secret
from portal.identity.desk_entering import (
    SignInOver,
    Ways,
    ask_for_passkey,
    first_step,
    second_step,
    second_step_by_passkey,
    to_compare,
)
from portal.identity.passkeys import (
    CHALLENGE_LASTS,
    NewPasskey,
    Passkey,
    PasskeyChallenge,
    ask_for_new,
    forget_challenges,
    made,
    passkeys_of,
)
from portal.identity.passwords import compared, hasher
from portal.identity.sessions import Person
from portal.identity.staff_access import Wrong, add_passkey, choose_password, invite, remove_passkey, set_up, withdraw
from portal.identity.tries import FREE_TRIES, TryLater
from tests.booking.towns import NOW, found, minutes
from tests.portal.an_authenticator import Device

ROSA = "rosa@town.example"
PASSWORD = "a long and quiet afternoon"
KEY = "a tab"


@pytest.fixture
def town(store: Store, choose: Callable[..., None]) -> Store:
    found(
        store,
        staff=(
            StaffMember(
                slug="rosa", position=1, name="Rosa Teixeira", email=ROSA, counters=("pacos-1",), skills=(), roles=("clerk",)
            ),
        ),
    )
    return store


def member(town: Store) -> StaffMember:
    return read(town, read_catalogue).staff["rosa"]


def makes(town: Store, device: Device, holder: str, now=NOW) -> NewPasskey | None:
    options = write(town, ask_for_new, now, holder, member(town))
    return write(town, made, now, holder, device.makes(options), "Chrome, Linux")


def has_passkey(town: Store) -> Device:
    device, token = Device(), write(town, invite, NOW, ROSA)
    write(town, choose_password, NOW, token, hasher().hash(PASSWORD))
    new = makes(town, device, token)
    assert new
    assert len(write(town, set_up, NOW, token, new)) == 10
    return device


def typed_password(town: Store, now=NOW, key: str = KEY):
    known = read(town, to_compare, now, ROSA)
    return write(town, first_step, now, key, ROSA, compared(PASSWORD, str(known)))


def comes(town: Store, device: Device, now=NOW):
    assert typed_password(town, now) == Ways(has_passkey=True, has_authenticator=False)
    options = write(town, ask_for_passkey, now, KEY)
    return write(town, second_step_by_passkey, now, KEY, device.shows(options))


def test_a_passkey_lets_in_beside_the_password_and_is_asked_to_be_unlocked(town: Store):
    device, token = Device(), write(town, invite, NOW, ROSA)
    options = write(town, ask_for_new, NOW, token, member(town))
    wishes = options["authenticatorSelection"]
    assert (wishes["residentKey"], wishes["userVerification"]) == ("required", "required")
    device = has_passkey(town)
    assert typed_password(town) == Ways(has_passkey=True, has_authenticator=False)
    asked = write(town, ask_for_passkey, NOW, KEY)
    assert asked["userVerification"] == "required"
    assert write(town, second_step_by_passkey, NOW, KEY, device.shows(asked)) == Person("passkey", staff="rosa")
    (row,) = read(town, passkeys_of, "rosa")
    assert (row.device, row.sign_count, row.used_at) == ("Chrome, Linux", 1, NOW)


def test_without_the_password_nothing_is_asked(town: Store):
    has_passkey(town)
    with pytest.raises(SignInOver):
        write(town, ask_for_passkey, NOW, KEY)


def test_one_that_was_not_unlocked_is_refused(town: Store):
    device = has_passkey(town)
    device.is_unlocked = False
    assert comes(town, device) == Wrong()
    device.is_unlocked = True
    assert isinstance(comes(town, device), Person)


def test_one_that_was_not_unlocked_is_not_made(town: Store):
    device, token = Device(), write(town, invite, NOW, ROSA)
    device.is_unlocked = False
    assert makes(town, device, token) is None
    device.is_unlocked = True
    assert makes(town, device, token)


@pytest.mark.parametrize(
    "wish", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"origin": "http://localhost:1"}]
)
def test_another_site_can_neither_make_nor_show_one(town: Store, wish: dict[str, str]):
    token = write(town, invite, NOW, ROSA)
    assert makes(town, Device(**wish), token) is None
    device = has_passkey(town)
    there = vars(device).copy()
    vars(device).update(wish)
    assert comes(town, device) == Wrong()
    vars(device).update(there)
    assert isinstance(comes(town, device), Person)


def test_a_challenge_is_answered_once_soon_and_by_the_browser_that_asked(town: Store):
    device = has_passkey(town)
    typed_password(town)
    typed_password(town, key="another tab")
    options = write(town, ask_for_passkey, NOW, KEY)
    answer = device.shows(options)
    assert write(town, second_step_by_passkey, NOW, "another tab", answer) == Wrong()
    late = NOW + CHALLENGE_LASTS
    assert write(town, second_step_by_passkey, late, KEY, answer) == Wrong()
    assert write(town, second_step_by_passkey, NOW, KEY, answer) == Wrong()
    options = write(town, ask_for_passkey, NOW, KEY)
    answer = device.shows(options)
    assert isinstance(write(town, second_step_by_passkey, NOW, KEY, answer), Person)
    typed_password(town)
    assert write(town, second_step_by_passkey, NOW, KEY, answer) == Wrong()


def test_one_whose_counter_goes_back_may_be_a_copy(town: Store):
    device = has_passkey(town)
    device.count = 7
    assert isinstance(comes(town, device), Person)
    device.count = 3
    assert comes(town, device) == Wrong()
    device.count = 8
    assert isinstance(comes(town, device), Person)


def test_wrong_ones_are_counted_as_wrong_digits_are(town: Store):
    has_passkey(town)
    for _ in range(FREE_TRIES):
        assert comes(town, Device()) == Wrong()
    assert isinstance(typed_password(town), TryLater)


@pytest.mark.parametrize(
    "said", [{}, {"id": 7}, {"id": "x", "rawId": "x", "type": "public-key", "response": {}}, {"response": []}]
)
def test_nonsense_is_no_passkey(town: Store, said: dict):
    device = has_passkey(town)
    typed_password(town)
    write(town, ask_for_passkey, NOW, KEY)
    assert write(town, second_step_by_passkey, NOW, KEY, said) == Wrong()
    token = write(town, invite, NOW, ROSA)
    write(town, ask_for_new, NOW, token, member(town))
    assert write(town, made, NOW, token, said, "") is None
    assert isinstance(comes(town, device), Person)


def test_several_are_kept_and_the_last_second_thing_stays(town: Store):
    first, second = has_passkey(town), Device()
    (only,) = read(town, passkeys_of, "rosa")
    assert not write(town, remove_passkey, NOW, "rosa", only.id)
    new = makes(town, second, "a session")
    assert new
    assert write(town, add_passkey, NOW, "rosa", new)
    assert makes(town, second, "a session") is None
    assert write(town, remove_passkey, NOW, "rosa", only.id)
    assert not write(town, remove_passkey, NOW, "rosa", only.id)
    assert comes(town, first) == Wrong()
    assert isinstance(comes(town, second), Person)


def test_another_persons_passkey_can_be_neither_shown_nor_removed(town: Store):
    has_passkey(town)
    (row,) = read(town, passkeys_of, "rosa")
    assert not write(town, remove_passkey, NOW, "somebody-else", row.id)
    assert read(town, passkeys_of, "rosa")


def test_a_recovery_code_lets_in_whoever_lost_their_passkey(town: Store):
    device, token = Device(), write(town, invite, NOW, ROSA)
    write(town, choose_password, NOW, token, hasher().hash(PASSWORD))
    new = makes(town, device, token)
    codes = write(town, set_up, NOW, token, new)
    typed_password(town)
    assert write(town, second_step, NOW, KEY, new_totp_secret()[:6]) == Wrong()
    assert write(town, second_step, NOW, KEY, codes[3]) == Person("password", staff="rosa")


def test_withdrawing_leaves_no_passkey_and_challenges_are_forgotten(town: Store):
    device = has_passkey(town)
    typed_password(town)
    write(town, ask_for_passkey, NOW, KEY)
    write(town, withdraw, NOW, ROSA)
    write(town, forget_challenges, NOW + minutes(6))
    assert read(town, lambda session: list(session.exec(select(Passkey)))) == []
    assert read(town, lambda session: list(session.exec(select(PasskeyChallenge)))) == []
    assert typed_password(town) == Wrong()
    assert device
