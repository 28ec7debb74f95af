"""A screen becomes a kiosk of one house by a code that is typed once, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from booking.audit import AuditEntry
from booking.errors import UnknownLocation
from booking.store import Store, read, write
from kiosk import pairing
from kiosk.device import Device, device_with, good_devices, in_trouble, prints_on, withdraw_device
from kiosk.pairing import LASTS, PairingCode, new_pairing_code, pair
from tests.booking.towns import NOW, found

ALMOST = timedelta(seconds=1)


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    return store


def code(town: Store, now=NOW) -> str:
    return write(town, new_pairing_code, now, "pacos", "ana")


def types(town: Store, typed: str, now=NOW) -> str | None:
    return write(town, pair, now, typed)


def house_of(town: Store, token: str) -> str | None:
    def look(session: Session) -> str | None:
        device = device_with(session, token)
        return device.location if device else None

    return read(town, look)


def test_whoever_types_the_code_gets_a_device_of_that_house(town: Store):
    token = types(town, code(town))
    assert token
    assert house_of(town, token) == "pacos"
    (device,) = read(town, good_devices)
    assert device.made_by == "ana"


@pytest.mark.parametrize("typed", ["{0[:4]} {0[4:]}", " {0} ", "{0[:2]}-{0[2:]}"])
def test_a_code_may_be_typed_as_it_is_read(town: Store, typed: str):
    digits = code(town)
    spaced = {"{0[:4]} {0[4:]}": f"{digits[:4]} {digits[4:]}", " {0} ": f" {digits} "}.get(typed, f"{digits[:2]}-{digits[2:]}")
    assert types(town, spaced)


def test_a_code_is_good_once(town: Store):
    digits = code(town)
    assert types(town, digits)
    assert types(town, digits) is None
    assert len(read(town, good_devices)) == 1


def test_a_code_is_good_for_a_quarter_of_an_hour(town: Store):
    digits = code(town)
    assert types(town, digits, NOW + LASTS) is None
    assert types(town, digits, NOW + LASTS - ALMOST)


def test_a_code_from_a_clock_that_went_back_is_not_good_yet(town: Store):
    digits = code(town)
    assert types(town, digits, NOW - ALMOST) is None


@pytest.mark.parametrize("typed", ["", "0", "1234567", "x" * 5_000, "\x00", "٠" * 8])
def test_what_is_no_code_makes_no_device(town: Store, typed: str):
    code(town)
    assert types(town, typed) is None
    assert read(town, good_devices) == []


def test_the_code_itself_is_kept_nowhere(town: Store):
    digits = code(town)

    def kept(session: Session) -> list[str]:
        return [str(row.model_dump()) for row in (*session.exec(select(PairingCode)), *session.exec(select(AuditEntry)))]

    assert not [row for row in read(town, kept) if digits in row]


def test_two_devices_never_share_a_code(town: Store, monkeypatch: pytest.MonkeyPatch):
    """Control: with a guard that only looks, the second device that types it is let in."""
    digits = code(town)

    def only_looks(session: Session, now, typed: str) -> str | None:
        row = session.exec(select(PairingCode)).one()
        return pairing.new_device(session, now, row.location)

    assert types(town, digits)
    assert types(town, digits) is None
    assert write(town, only_looks, NOW, digits)


def test_old_codes_are_forgotten(town: Store):
    code(town)
    code(town, NOW + 2 * LASTS)
    assert len(read(town, lambda session: list(session.exec(select(PairingCode))))) == 1


def test_a_house_that_is_not_there_gets_no_code(town: Store):
    with pytest.raises(UnknownLocation):
        write(town, new_pairing_code, NOW, "nowhere", "ana")


def test_a_device_that_is_ended_opens_nothing_and_what_was_done_stands_in_the_record(town: Store):
    token = types(town, code(town))
    (device,) = read(town, good_devices)
    assert write(town, withdraw_device, NOW, device.id, by="ana")
    assert not write(town, withdraw_device, NOW, device.id, by="ana")
    assert house_of(town, token or "") is None
    acts = read(town, lambda session: [(each.act, each.actor) for each in session.exec(select(AuditEntry))])
    assert ("device-made", "ana") in acts
    assert ("device-withdrawn", "ana") in acts


def test_where_a_device_prints_is_said_once_and_forgets_the_old_trouble(town: Store):
    types(town, code(town))
    (device,) = read(town, good_devices)

    def has_trouble(session: Session) -> None:
        session.get_one(Device, device.id).trouble = "paper-out"

    write(town, has_trouble)
    assert read(town, in_trouble, "pacos") == ["paper-out"]
    assert write(town, prints_on, NOW, device.id, "browser", "ana")
    assert read(town, in_trouble, "pacos") == []
    assert not write(town, prints_on, NOW, 4711, "browser", "ana")
