"""A booking begun beside staff goes on, on the resident's own phone: once, for as long as it can be scanned, and nowhere else."""

import json
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from booking.audit import AuditEntry
from booking.catalogue import Service
from booking.confirming import confirm as confirm_by_code
from booking.details import Contact
from booking.errors import HoldExpired, NotSureEnough
from booking.one_time_codes import latest_code
from booking.promises import AppointmentChange, Seat
from booking.residents import resident_with
from booking.store import Store, read, write
from booking.unconfirmed import code_sent
from portal.appointments import draft
from portal.appointments.beside import forget_assisted, give_back_forgotten
from portal.appointments.handing_over import LASTS, is_taken_over, offer, take_over, withdraw
from portal.identity import sessions
from portal.identity.assisting import BY_DOCUMENT, IDLE, UNVERIFIED, Assisted, AssistedRow, assist, end_assisting, touched
from portal.identity.assurance import level_of
from portal.identity.sessions import Who
from portal.me.erasing import forget_beside
from portal.worker import FORGETTING
from tests.booking.towns import NINE, NOW, amend
from tests.portal.test_assisting import KEY, SERVICES, filled_in, rosa, town  # noqa: F401

PHONE, ANOTHER = "p" * 32, "a" * 32


@pytest.fixture
def beside(town: Store, rosa: Who) -> Assisted:  # noqa: F811
    found = write(town, assist, NOW, rosa, "Amina Haddad", BY_DOCUMENT)
    write(town, touched, NOW, rosa.session_id, filled_in(town))
    return found


def seats(town: Store) -> int:  # noqa: F811
    return len(read(town, lambda session: session.exec(select(Seat)).all()))


def said_by(town: Store) -> list[str]:  # noqa: F811
    return [change.by for change in read(town, lambda session: session.exec(select(AppointmentChange)).all())]


def test_the_phone_has_what_was_filled_in_and_the_screen_has_it_no_more(town: Store, beside: Assisted):  # noqa: F811
    token = write(town, offer, NOW, KEY, beside)
    assert not read(town, is_taken_over, token)
    assert write(town, take_over, NOW, token, PHONE)
    assert read(town, is_taken_over, token)
    kept = read(town, draft.kept, NOW, PHONE)
    assert kept
    assert (kept.draft.name, kept.draft.start_at) == ("Amina Haddad", NINE)
    assert read(town, draft.kept, NOW, KEY) is None
    with pytest.raises(HoldExpired):
        write(town, draft.remember, NOW, KEY, {"name": "somebody else"}, [])
    with pytest.raises(HoldExpired):
        write(town, withdraw, NOW, KEY)


def test_it_is_taken_over_once_and_the_same_phone_may_ask_twice(town: Store, beside: Assisted):  # noqa: F811
    token = write(town, offer, NOW, KEY, beside)
    assert write(town, take_over, NOW, token, PHONE)
    assert write(town, take_over, NOW, token, PHONE)
    assert not write(town, take_over, NOW, token, ANOTHER)
    assert read(town, draft.kept, NOW, ANOTHER) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 32, "\0" * 32, KEY])
def test_what_was_never_offered_opens_nothing(town: Store, beside: Assisted, token: str):  # noqa: F811
    """The screen's own key neither: who sees an address must not have the form."""
    write(town, offer, NOW, KEY, beside)
    assert not write(town, take_over, NOW, token, PHONE)
    assert not read(town, is_taken_over, token)


def test_a_draft_that_is_offered_to_nobody_is_not_had_with_an_empty_offer(town: Store, beside: Assisted):  # noqa: F811
    """Control: those that were never offered have no hash, and neither has a key of nothing."""
    assert draft.name_of("") == ""
    assert not write(town, take_over, NOW, "", PHONE)


def test_it_can_be_scanned_for_five_minutes_and_the_latest_code_only(town: Store, beside: Assisted):  # noqa: F811
    first, second = write(town, offer, NOW, KEY, beside), write(town, offer, NOW, KEY, beside)
    assert not write(town, take_over, NOW, first, PHONE)
    assert not write(town, take_over, NOW + LASTS, second, PHONE)
    assert write(town, take_over, NOW + LASTS - timedelta(seconds=1), second, PHONE)


def test_withdrawn_it_stays_on_the_screen(town: Store, beside: Assisted):  # noqa: F811
    token = write(town, offer, NOW, KEY, beside)
    write(town, withdraw, NOW, KEY)
    assert not write(town, take_over, NOW, token, PHONE)
    assert read(town, draft.kept, NOW, KEY)


@pytest.mark.parametrize("is_scanned", [True, False])
def test_the_end_at_the_screen_ends_only_what_is_still_there(
    town: Store,  # noqa: F811
    rosa: Who,  # noqa: F811
    beside: Assisted,
    is_scanned: bool,
):
    token = write(town, offer, NOW, KEY, beside)
    if is_scanned:
        write(town, take_over, NOW, token, PHONE)
    write(town, draft.abandon_named, NOW, write(town, end_assisting, NOW, rosa.session_id))
    write(town, give_back_forgotten, NOW + IDLE)
    assert seats(town) == is_scanned
    assert bool(read(town, draft.kept, NOW, PHONE)) == is_scanned


def test_on_their_own_phone_they_confirm_with_a_code_and_the_record_says_so(town: Store, beside: Assisted):  # noqa: F811
    town.caps = True
    write(town, take_over, NOW, write(town, offer, NOW, KEY, beside), PHONE)
    booked = write(town, draft.confirm, NOW, PHONE)
    assert booked.appointment.state == "unconfirmed"
    assert said_by(town) == []
    code = read(town, lambda session: code_sent(session, booked.appointment))
    assert code
    # By the link of the letter, say, which knows nothing of any draft.
    write(town, confirm_by_code, NOW, booked.reference, booked.access_key, code[0])
    assert said_by(town) == ["staff rosa, confirmed with a code by a person beside them (document)"]


def test_where_no_code_is_asked_they_confirm_it_on_their_own_phone(town: Store, beside: Assisted):  # noqa: F811
    write(town, take_over, NOW, write(town, offer, NOW, KEY, beside), PHONE)
    assert write(town, draft.confirm, NOW, PHONE).appointment.state == "booked"
    assert said_by(town) == ["staff rosa, confirmed on their own phone by a person beside them (document)"]


def test_at_the_screen_they_may_confirm_with_a_code_too(town: Store, beside: Assisted):  # noqa: F811
    town.caps = True
    booked = write(town, draft.confirm, NOW, KEY, None, beside, level_of(None, beside), True)
    assert booked.appointment.state == "unconfirmed"
    entries = read(town, lambda session: list(session.exec(select(AuditEntry).order_by(AuditEntry.number))))
    assert (entries[-1].act, json.loads(entries[-1].facts)["confirmed"]) == ("filled-in", "by-code")
    sent = read(town, lambda session: latest_code(session, f"appointment {booked.appointment.id}"))
    assert sent
    code = read(town, lambda session: code_sent(session, booked.appointment))
    assert code
    write(town, draft.confirm_by_code, NOW, KEY, booked.reference, booked.access_key, code[0])
    assert said_by(town) == ["staff rosa, confirmed with a code by a person beside them (document)"]


@pytest.mark.parametrize(("established", "can"), [(BY_DOCUMENT, True), (UNVERIFIED, False)])
def test_how_surely_it_was_established_travels_to_the_phone(
    town: Store,  # noqa: F811
    rosa: Who,  # noqa: F811
    established: str,
    can: bool,
):
    amend(town, change=lambda session: setattr(session.get(Service, SERVICES[0]), "assurance", "substantial"))
    beside = write(town, assist, NOW, rosa, "Amina Haddad", established)
    filled_in(town)
    write(town, take_over, NOW, write(town, offer, NOW, KEY, beside), PHONE)
    kept = read(town, draft.kept, NOW, PHONE)
    assert kept
    level = level_of(None, kept.beside)
    if can:
        write(town, draft.confirm, NOW, PHONE, None, None, level)
        return
    with pytest.raises(NotSureEnough):
        write(town, draft.confirm, NOW, PHONE, None, None, level)


@pytest.mark.parametrize(("name", "can"), [(" amina  Haddad ", True), ("Rui Costa", False), ("", False)])
def test_another_name_on_the_phone_has_nothing_of_what_was_established(
    town: Store,  # noqa: F811
    rosa: Who,  # noqa: F811
    name: str,
    can: bool,
):
    amend(town, change=lambda session: setattr(session.get(Service, SERVICES[0]), "assurance", "substantial"))
    beside = write(town, assist, NOW, rosa, "Amina Haddad", BY_DOCUMENT)
    filled_in(town)
    write(town, take_over, NOW, write(town, offer, NOW, KEY, beside), PHONE)
    write(town, draft.remember, NOW, PHONE, {"name": name})
    write(town, draft.remember, NOW, PHONE, {"name": "Rui Costa" if not can else name})
    kept = read(town, draft.kept, NOW, PHONE)
    assert kept
    assert (kept.beside is not None) == can
    if can:
        write(town, draft.confirm, NOW, PHONE, None, None, level_of(None, kept.beside))
        return
    with pytest.raises(NotSureEnough):
        write(town, draft.confirm, NOW, PHONE, None, None, level_of(None, None))
    amend(town, change=lambda session: setattr(session.get(Service, SERVICES[0]), "assurance", "none"))
    write(town, draft.confirm, NOW, PHONE)
    assert said_by(town) == ["resident"]
    acts = read(town, lambda session: [each.act for each in session.exec(select(AuditEntry))])
    assert "booked" not in acts


def test_a_form_without_a_name_goes_on_under_the_one_that_was_established(town: Store, beside: Assisted):  # noqa: F811
    """Or whoever has the phone types any, and keeps what was established."""
    write(town, draft.remember, NOW, KEY, {"name": ""})
    write(town, take_over, NOW, write(town, offer, NOW, KEY, beside), PHONE)
    kept = read(town, draft.kept, NOW, PHONE)
    assert kept
    assert kept.draft.name == "Amina Haddad"


def test_at_the_screen_the_name_may_be_put_right_and_offered_anew(town: Store, beside: Assisted):  # noqa: F811
    write(town, offer, NOW, KEY, beside)
    write(town, draft.remember, NOW, KEY, {"name": "Amina El Haddad"})
    kept = read(town, draft.kept, NOW, KEY)
    assert kept
    assert kept.beside


def test_who_is_erased_meanwhile_has_no_form_left(town: Store, rosa: Who, beside: Assisted):  # noqa: F811
    write(town, take_over, NOW, write(town, offer, NOW, KEY, beside), PHONE)
    write(town, forget_beside, [999])
    assert read(town, draft.kept, NOW, PHONE)
    ana = write(town, resident_with, NOW, Contact(email="amina@example.org"), "pt").id or 0
    write(town, lambda session: setattr(session.get_one(AssistedRow, beside.id), "resident_id", ana))
    write(town, forget_beside, [ana])
    assert read(town, draft.kept, NOW, PHONE) is None


def test_what_was_established_there_is_worth_nothing_for_another_visit(town: Store, beside: Assisted):  # noqa: F811
    """On the phone, hours later: another service in the same tab."""
    write(town, take_over, NOW, write(town, offer, NOW, KEY, beside), PHONE)
    write(town, draft.confirm, NOW, PHONE)
    write(town, draft.begin, NOW, PHONE, SERVICES, "pt")
    kept = read(town, draft.kept, NOW, PHONE)
    assert kept
    assert kept.beside is None


def test_two_tabs_that_begin_at_once_sit_beside_one_person(town: Store, rosa: Who, beside: Assisted):  # noqa: F811
    """The guard: a session has one that runs, whatever else is forgotten."""

    def another(session):
        old = session.get_one(AssistedRow, beside.id)
        session.add(AssistedRow(**old.model_dump(exclude={"id"})))
        session.flush()

    with pytest.raises(IntegrityError):
        write(town, another)
    write(town, assist, NOW, rosa, "Rui", UNVERIFIED)
    assert write(town, end_assisting, NOW, rosa.session_id) == ""


def test_the_worker_forgets_who_sat_beside_whom_before_it_forgets_the_session(town: Store, rosa: Who, beside: Assisted):  # noqa: F811
    write(town, take_over, NOW, write(town, offer, NOW, KEY, beside), PHONE)
    write(town, end_assisting, NOW, rosa.session_id)
    write(town, sessions.end_all_of, NOW, staff="rosa")
    later = NOW + sessions.FORGOTTEN_AFTER + timedelta(seconds=1)
    with pytest.raises(IntegrityError):  # control: the one without the other
        write(town, sessions.forget_sessions, later)
    write(town, forget_assisted, later - timedelta(seconds=2))
    assert read(town, lambda session: session.exec(select(AssistedRow)).all())
    for forget in FORGETTING:
        write(town, forget, later)
    assert read(town, lambda session: session.exec(select(AssistedRow)).all()) == []
    assert read(town, lambda session: session.exec(select(sessions.SessionRow)).all()) == []
