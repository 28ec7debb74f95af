"""Beside a resident: it begins in a staff member's session, ends with it or by itself, and leaves nothing that was not booked."""

import pytest
from sqlmodel import select

from booking.audit import AuditEntry
from booking.catalogue import Service, StaffMember
from booking.errors import NotSureEnough, NotValid, SlotTaken
from booking.promises import AppointmentChange, Seat
from booking.store import Store, read, write
from booking.visits import Visit
from portal.appointments import draft
from portal.appointments.beside import give_back_forgotten
from portal.appointments.offer import offer_of
from portal.identity.assisting import (
    BY_CODE,
    BY_DOCUMENT,
    IDLE,
    UNVERIFIED,
    AssistedRow,
    assist,
    assisted,
    end_assisting,
    touched,
)
from portal.identity.assurance import level_of
from portal.identity.sessions import Person, Who, begin, who_is
from tests.booking.towns import NINE, NOW, amend, found, minutes

KEY = "k" * 32
SERVICES = ("parking-permit",)


@pytest.fixture
def town(store: Store) -> Store:
    rosa = {
        "slug": "rosa",
        "position": 1,
        "name": "Rosa",
        "email": "rosa@town.example",
        "counters": ("pacos-1",),
        "skills": ("streets", "documents"),
    }
    found(store, staff=(StaffMember(**rosa, roles=("clerk",)),))
    return store


@pytest.fixture
def rosa(town: Store) -> Who:
    token = write(town, begin, NOW, Person("password", staff="rosa"))
    found_who = read(town, who_is, NOW, token)
    assert found_who
    return found_who


def filled_in(town: Store) -> str:
    """A time is kept and the answers are typed; the draft's name."""
    write(town, draft.begin, NOW, KEY, SERVICES, "pt")
    write(town, draft.choose_way, NOW, KEY, "pacos", "in_person", 1)
    write(town, draft.choose_time, NOW, KEY, NINE)
    write(town, draft.remember, NOW, KEY, {"name": "Amina Haddad", "email": "amina@example.org"}, [])
    return draft.name_of(KEY)


def seats(town: Store) -> int:
    return len(read(town, lambda session: session.exec(select(Seat)).all()))


def test_what_is_booked_together_says_who_filled_it_in_and_who_confirmed(town: Store, rosa: Who):
    town.caps = True  # a code would be asked for otherwise
    beside = write(town, assist, NOW, rosa, "Amina Haddad", BY_DOCUMENT)
    filled_in(town)
    booked = write(town, draft.confirm, NOW, KEY, None, beside)
    assert booked.appointment.state == "booked"
    (change,) = read(town, lambda session: session.exec(select(AppointmentChange)).all())
    assert change.by == "staff rosa, confirmed on the screen by a person beside them (document)"
    entries = read(town, lambda session: list(session.exec(select(AuditEntry).order_by(AuditEntry.number))))
    assert [entry.act for entry in entries][-2:] == ["assist-begun", "booked"]
    assert entries[-1].purpose == "assistance"
    assert entries[-1].on_behalf_of == f"assisted {beside.id}"
    assert "Amina" not in repr([entry.model_dump() for entry in entries])


def test_without_somebody_beside_them_a_code_is_asked_for(town: Store):
    """Control."""
    town.caps = True
    filled_in(town)
    assert write(town, draft.confirm, NOW, KEY).appointment.state == "unconfirmed"


def test_the_end_gives_back_the_time_and_forgets_the_answers(town: Store, rosa: Who):
    write(town, assist, NOW, rosa, "Amina Haddad", UNVERIFIED)
    name = filled_in(town)
    write(town, touched, NOW, rosa.session_id, name)
    assert seats(town) == 1
    assert write(town, end_assisting, NOW, rosa.session_id) == name
    write(town, draft.abandon_named, NOW, name)
    assert seats(town) == 0
    assert write(town, draft.kept, NOW, KEY) is None
    assert read(town, assisted, NOW, rosa.session_id) is None
    assert write(town, end_assisting, NOW, rosa.session_id) == ""
    rows = read(town, lambda session: [row.model_dump() for row in session.exec(select(AssistedRow))])
    assert "Amina" not in repr(rows)


def test_what_was_booked_stays_booked(town: Store, rosa: Who):
    beside = write(town, assist, NOW, rosa, "Amina Haddad", UNVERIFIED)
    name = filled_in(town)
    write(town, touched, NOW, rosa.session_id, name)
    write(town, draft.confirm, NOW, KEY, None, beside)
    write(town, draft.abandon_named, NOW, write(town, end_assisting, NOW, rosa.session_id))
    assert seats(town) == 1


def test_a_terminal_that_nobody_touches_is_wiped(town: Store, rosa: Who):
    write(town, assist, NOW, rosa, "Amina Haddad", UNVERIFIED)
    name = filled_in(town)
    write(town, touched, NOW + minutes(4), rosa.session_id, name)
    write(town, give_back_forgotten, NOW + minutes(8))
    assert read(town, assisted, NOW + minutes(8), rosa.session_id)
    assert read(town, assisted, NOW + minutes(4) + IDLE, rosa.session_id) is None
    write(town, give_back_forgotten, NOW + minutes(4) + IDLE)
    assert seats(town) == 0
    assert write(town, draft.kept, NOW, KEY) is None


def test_a_new_one_ends_the_one_before_and_other_sessions_have_none(town: Store, rosa: Who):
    write(town, assist, NOW, rosa, "Amina Haddad", UNVERIFIED)
    write(town, assist, NOW, rosa, "Rui Lima", BY_DOCUMENT)
    beside = read(town, assisted, NOW, rosa.session_id)
    assert beside
    assert beside.name == "Rui Lima"
    assert read(town, assisted, NOW, rosa.session_id + 1) is None


@pytest.mark.parametrize(("name", "established"), [("", UNVERIFIED), ("Amina", ""), ("Amina", "made-up"), ("Amina", BY_CODE)])
def test_who_it_is_and_how_that_is_known_must_be_said(town: Store, rosa: Who, name: str, established: str):
    """By a code only with the resident that the code has shown."""
    with pytest.raises(NotValid):
        write(town, assist, NOW, rosa, name, established)


def test_a_resident_assists_nobody(town: Store, rosa: Who):
    resident = Who(rosa.session_id, "code", NOW, NOW, resident_id=1)
    with pytest.raises(NotValid):
        write(town, assist, NOW, resident, "Amina", UNVERIFIED)


@pytest.mark.parametrize(("channel", "can"), [("online", False), (draft.DESK, True)])
def test_beside_staff_the_places_kept_for_the_desk_can_be_had(town: Store, channel: str, can: bool):
    amend(town, change=lambda session: setattr(session.get(Service, "parking-permit"), "desk_places", 1))
    write(town, draft.begin, NOW, KEY, SERVICES, "pt")
    write(town, draft.choose_way, NOW, KEY, "pacos", "in_person", 1)
    visit = Visit(SERVICES, "pacos", "in_person")
    offer = read(town, offer_of, NOW, visit, 3, channel=channel)
    assert bool(offer.near) == can
    if can:
        assert write(town, draft.choose_time, NOW, KEY, NINE, channel).start == NINE
        return
    with pytest.raises(SlotTaken):
        write(town, draft.choose_time, NOW, KEY, NINE, channel)


@pytest.mark.parametrize(("established", "can"), [(BY_DOCUMENT, True), (UNVERIFIED, False)])
def test_beside_staff_it_is_as_sure_as_it_was_established(town: Store, rosa: Who, established: str, can: bool):
    amend(town, change=lambda session: setattr(session.get(Service, "parking-permit"), "assurance", "substantial"))
    beside = write(town, assist, NOW, rosa, "Amina Haddad", established)
    filled_in(town)
    if can:
        assert write(town, draft.confirm, NOW, KEY, None, beside, level_of(None, beside)).appointment.state == "booked"
        return
    with pytest.raises(NotSureEnough):
        write(town, draft.confirm, NOW, KEY, None, beside, level_of(None, beside))
