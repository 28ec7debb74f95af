"""What a resident may ask of what is kept of them: to see all of it, to be told how they wish, to be erased."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from booking.appointments import book, cancel, look_up, move
from booking.audit import AuditEntry
from booking.details import Contact, Details
from booking.erasing import erase_resident, what_stays
from booking.errors import NotValid, UnknownReference, UnknownTicket
from booking.holdings import as_data, held_of
from booking.holds import hold
from booking.mandates import RECEIVE, SEE, Terms, accept, acts_for, grant
from booking.outbox import EMAIL, SMS, Letter
from booking.people import Mandate, Resident, ResidentContact
from booking.promises import Appointment, AppointmentChange
from booking.queue import Wish, draw, follow, leave
from booking.residents import appointments_of, contacts_of, describe, give_further, prefer, resident_with
from booking.retention import ANNOUNCED_FOR, RetentionNotice
from booking.store import Store, read, write
from booking.tickets import Ticket
from booking.tidying import rules_now, tidy
from tests.booking.towns import NINE, NOW, PERMIT, amend, found, key, minutes

MAIL, PHONE = "ana.lima@example.org", "+351912345678"
SECRET_WORDS = ("Ana Lima", MAIL, PHONE, "Ucraniano", "'interpreter'")
OF_THE_PORTAL = {"session", "assisted", "entering", "door_grant", "draft"}
LATER = NINE + timedelta(days=800)


@pytest.fixture
def town(store: Store) -> Store:
    found(store)
    return store


@pytest.fixture
def ana(town: Store) -> int:
    ana = write(town, resident_with, NOW, Contact(email=MAIL), "pt").id or 0
    details = Details("Ana Lima", MAIL, language="pt", needs=("interpreter",), interpreter_language="Ucraniano")
    write(town, describe, ana, details)
    return ana


WHO = Details("Ana Lima", MAIL, PHONE, "pt", ("interpreter",), "Ucraniano")


def books(town: Store, resident_id: int | None, start=NINE, now=NOW, details: Details = WHO):
    held = write(town, hold, now, PERMIT, start, once=key(f"hold {start}"))
    return write(town, book, now, held.token, details, once=key(f"book {start}"), resident_id=resident_id)


def everything(town: Store) -> str:
    """All that the tables say that may be somebody's, but for the audit record, which names nobody."""
    return repr(
        [[row.model_dump() for row in read(town, _all, table)] for table in (Appointment, Resident, ResidentContact, Mandate)]
    )


def _all(session, table):
    return list(session.exec(select(table)))


def test_all_of_it_is_there_and_nothing_that_opens_anything(town: Store, ana: int):
    booked = books(town, ana)
    data = as_data(read(town, held_of, ana))
    assert data["you"]["name"] == "Ana Lima"
    assert [each["email"] for each in data["contacts"]] == [MAIL]
    (appointment,) = data["appointments"]
    assert appointment["reference"] == booked.reference
    assert appointment["start_at"] == "2027-03-02T09:00:00Z"
    assert [each["what"] for each in appointment["history"]] == ["booked"]
    assert [each["what"] for each in appointment["letters"]] == ["booked", "reminder", "reminder"][
        : len(appointment["letters"])
    ]
    row = read(town, _all, Appointment)[0]
    assert row.key_hash not in repr(data)
    assert row.key_salt not in repr(data)


def test_others_are_not_in_it(town: Store, ana: int):
    rui = write(town, resident_with, NOW, Contact(email="rui@example.org"), "pt").id or 0
    books(town, ana)
    assert as_data(read(town, held_of, rui))["appointments"] == []


def test_every_table_that_names_a_resident_is_told_of_or_says_why_not():
    """Of tables below the edge; what the portal keeps is looked at in tests/portal/test_my_data.py."""
    told = {"resident_contact", "provider_identity", "mandate", "appointment", "merge", "resident"}
    naming = {each.name for each in Resident.metadata.sorted_tables if _names_resident(each)}
    assert naming & told == told
    assert naming - told - OF_THE_PORTAL == set()


def _names_resident(table) -> bool:
    return any(key.column.table.name == "resident" for column in table.columns for key in column.foreign_keys)


def test_a_number_that_they_have_not_shown_to_be_theirs_gets_no_message(town: Store, ana: int):
    """Whoever books for somebody else may type a number of their own; the message would open the appointment for ever."""
    books(town, ana)
    write(town, prefer, NOW, ana, SMS)
    books(town, ana, NINE + minutes(40))
    assert {each.channel for each in read(town, _all, Letter)} == {EMAIL}


def test_they_are_told_as_they_wish(town: Store, ana: int):
    write(town, give_further, NOW, ana, Contact(phone=PHONE))
    books(town, ana)
    channels = lambda: {each.channel for each in read(town, _all, Letter)}  # noqa: E731
    assert channels() == {EMAIL}
    write(town, prefer, NOW, ana, SMS)
    assert channels() == {SMS}
    books(town, ana, NINE + minutes(40))
    assert channels() == {SMS}
    write(town, prefer, NOW, ana, "")
    assert channels() == {EMAIL}
    with pytest.raises(NotValid):
        write(town, prefer, NOW, ana, "pigeon")


def test_a_wish_that_cannot_be_kept_changes_nothing(town: Store, ana: int):
    write(town, prefer, NOW, ana, SMS)
    books(town, ana, details=Details("Ana Lima", MAIL))
    assert {each.channel for each in read(town, _all, Letter)} == {EMAIL}


def test_erased_nothing_says_who_it_was(town: Store, ana: int):
    booked = books(town, ana)
    assert all(word in everything(town) for word in SECRET_WORDS)
    write(town, erase_resident, LATER, ana)
    assert not any(word in everything(town) for word in SECRET_WORDS)
    (row,) = read(town, _all, Appointment)
    assert (row.reference, row.start_at, row.resident_id) == (booked.reference, NINE, None)
    with pytest.raises(UnknownReference):
        read(town, look_up, booked.reference, booked.access_key)
    assert read(town, contacts_of, ana) == []
    entry = read(town, _all, AuditEntry)[-1]
    assert (entry.act, entry.subject) == ("erased", f"resident {ana}")


def test_erased_again_changes_nothing(town: Store, ana: int):
    write(town, erase_resident, LATER, ana)
    entries = len(read(town, _all, AuditEntry))
    write(town, erase_resident, LATER, ana)
    assert len(read(town, _all, AuditEntry)) == entries


def test_whoever_was_erased_comes_back_as_somebody_new(town: Store, ana: int):
    books(town, ana)
    write(town, erase_resident, LATER, ana)
    assert write(town, resident_with, LATER, Contact(email=MAIL), "pt").id != ana


def test_an_appointment_ahead_stays_until_it_is_over_and_then_goes(town: Store, ana: int):
    booked = books(town, ana)
    (stays,) = read(town, what_stays, NOW, ana)
    assert (stays.until, stays.is_ahead) == (NINE + minutes(20), True)
    write(town, erase_resident, NOW, ana)
    there = read(town, look_up, booked.reference, booked.access_key)
    assert (there.name, there.resident_id) == ("Ana Lima", None)
    write(town, tidy, NINE + minutes(19))
    assert "Ana Lima" in everything(town)
    assert write(town, tidy, NINE + minutes(20))["asked-for"] == 1
    assert not any(word in everything(town) for word in SECRET_WORDS)


def test_moved_meanwhile_it_stays_until_it_is_really_over(town: Store, ana: int):
    booked = books(town, ana)
    write(town, erase_resident, NOW, ana)
    with_later_end = read(town, look_up, booked.reference, booked.access_key)
    assert with_later_end.erase_at == NINE + minutes(20)

    def is_moved(session):
        session.get_one(Appointment, with_later_end.id).end_at = NINE + minutes(60)

    write(town, is_moved)
    write(town, tidy, NINE + minutes(30))
    assert "Ana Lima" in everything(town)


def test_what_the_law_keeps_stays_until_then(town: Store, ana: int):
    books(town, ana)
    amend(town, change=lambda session: _rule(session, appointments_by_law_days=30))
    over = NINE + timedelta(days=1)
    (stays,) = read(town, what_stays, over, ana)
    assert (stays.until, stays.is_ahead) == (NINE + minutes(20) + timedelta(days=30), False)
    write(town, erase_resident, over, ana)
    assert "Ana Lima" in everything(town)
    write(town, tidy, stays.until)
    assert not any(word in everything(town) for word in SECRET_WORDS)


def test_mandates_end_and_say_no_more_to_whom(town: Store, ana: int):
    rui = write(town, resident_with, NOW, Contact(email="rui@example.org"), "pt").id or 0
    terms = Terms("Rui, the neighbour", "rui@example.org", (SEE, RECEIVE), date(2027, 12, 31), "Ana Lima")
    mandate = write(town, grant, NOW, ana, terms, "pt")
    write(town, accept, NOW, rui, mandate.id)
    assert read(town, acts_for, NOW, rui)
    write(town, erase_resident, NOW, ana)
    assert read(town, acts_for, NOW, rui) == []
    assert "neighbour" not in everything(town)


# By the town's rules


def _rule(session, **days: int) -> None:
    from booking.catalogue import Town

    session.exec(select(Town)).one().retention = days


def counts(town: Store, at) -> dict[str, int]:
    return {rule.kind: rule.due for rule in read(town, rules_now, at)}


def test_a_rule_is_announced_a_day_before_it_is_applied(town: Store):
    books(town, None)
    assert counts(town, LATER)["appointments"] == 1
    assert write(town, tidy, LATER) == {}
    assert "Ana Lima" in everything(town)
    announced = [each for each in read(town, _all, AuditEntry) if each.act == "announced-retention"]
    assert {each.subject: each.facts for each in announced}["appointments"] == '{"count": "1", "days": "365"}'
    assert write(town, tidy, LATER + ANNOUNCED_FOR - minutes(1)) == {}
    assert write(town, tidy, LATER + ANNOUNCED_FOR)["appointments"] == 1
    assert not any(word in everything(town) for word in SECRET_WORDS)
    assert counts(town, LATER + ANNOUNCED_FOR)["appointments"] == 0


def test_a_rule_that_was_changed_is_announced_anew(town: Store):
    books(town, None)
    write(town, tidy, NOW)
    amend(town, change=lambda session: _rule(session, appointments_days=10))
    at = NINE + timedelta(days=11)
    assert write(town, tidy, at) == {}
    assert {rule.kind: rule.applied_from for rule in read(town, rules_now, at)}["appointments"] == at + ANNOUNCED_FOR
    assert "appointments" in write(town, tidy, at + ANNOUNCED_FOR)


def test_a_dry_run_changes_nothing(town: Store):
    books(town, None)
    before = everything(town)
    read(town, rules_now, LATER)
    assert everything(town) == before
    assert read(town, _all, RetentionNotice) == []


def test_what_is_not_old_enough_stays(town: Store):
    books(town, None)
    write(town, tidy, NOW)
    just_before = NINE + minutes(20) + timedelta(days=365) - minutes(1)
    assert "appointments" not in write(town, tidy, just_before)
    assert "appointments" in write(town, tidy, just_before + minutes(1))


def test_an_account_nobody_uses_goes_unless_something_is_ahead(town: Store, ana: int):
    write(town, tidy, NOW)
    idle = NOW + timedelta(days=731)
    books(town, ana, NINE + timedelta(days=735), idle)
    assert "accounts" not in write(town, tidy, idle)
    (appointment,) = read(town, appointments_of, ana)
    write(town, _cancel_it, idle, appointment.id)
    assert write(town, tidy, idle)["accounts"] == 1
    assert "Ana Lima" not in repr([each.model_dump() for each in read(town, _all, Resident)])


def _cancel_it(session, now, appointment_id):
    session.get_one(Appointment, appointment_id).state = "cancelled"


def test_letters_go_when_they_were_settled_long_ago(town: Store):
    booked = books(town, None)
    write(town, cancel, NOW, booked.reference, booked.access_key, once=key("cancel"))
    write(town, tidy, NOW)
    settled = [each for each in read(town, _all, Letter) if each.settled_at]
    assert settled
    write(town, tidy, NOW + timedelta(days=90))
    assert [each for each in read(town, _all, Letter) if each.settled_at]
    write(town, tidy, NOW + timedelta(days=90) + minutes(1))
    assert not [each for each in read(town, _all, Letter) if each.settled_at]


def test_history_says_no_more_why(town: Store, ana: int):
    books(town, ana)

    def reason(session):
        session.exec(select(AppointmentChange)).one().reason = "Ana Lima is ill"

    write(town, reason)
    write(town, erase_resident, LATER, ana)
    assert read(town, _all, AppointmentChange)[0].reason == ""


def test_a_ticket_says_no_more_what_somebody_needed(town: Store):
    wish = Wish("pacos", "parking-permit", "pt", has_priority=True, needs=("step_free",))
    drawn = write(town, draw, NINE, wish, once=key("ticket"))
    write(town, tidy, NOW)
    write(town, tidy, NINE + timedelta(days=30))
    assert read(town, follow, drawn.code).needs == ("step_free",)
    write(town, leave, NINE, drawn.code)
    assert write(town, tidy, NINE + timedelta(days=31))["tickets"] == 1
    (ticket,) = read(town, _all, Ticket)
    assert (ticket.needs, ticket.has_priority, ticket.state) == ((), False, "left")
    with pytest.raises(UnknownTicket):
        read(town, follow, drawn.code)
    assert write(town, tidy, NINE + timedelta(days=32)) == {}


@pytest.mark.parametrize("by_law", [0, 30])
def test_what_was_cancelled_goes_at_once_unless_the_law_keeps_it(town: Store, ana: int, by_law: int):
    amend(town, change=lambda session: _rule(session, appointments_by_law_days=by_law))
    booked = books(town, ana)
    write(town, cancel, NOW, booked.reference, booked.access_key, once=key("cancel"))
    assert len(read(town, what_stays, NOW, ana)) == (1 if by_law else 0)
    write(town, erase_resident, NOW, ana)
    assert ("Ana" in everything(town)) == bool(by_law)


def test_what_was_never_promised_is_kept_by_no_law(town: Store, ana: int):
    amend(town, change=lambda session: _rule(session, appointments_by_law_days=30))
    town.caps = True
    held = write(town, hold, NOW, PERMIT, NINE, once=key("hold never"))
    booked = write(town, book, NOW, held.token, WHO, once=key("book never"), resident_id=ana)
    assert booked.appointment.state == "unconfirmed"
    write(town, cancel, NOW, booked.reference, booked.access_key, once=key("cancel never"))
    assert read(town, what_stays, NOW, ana) == []


def test_moved_after_they_asked_the_law_counts_from_the_new_day(town: Store, ana: int):
    amend(town, change=lambda session: _rule(session, appointments_by_law_days=30))
    booked = books(town, ana)
    write(town, erase_resident, NOW, ana)
    moved = write(town, move, NOW, booked.reference, booked.access_key, NINE + timedelta(days=7), once=key("move"))
    write(town, tidy, NINE + timedelta(days=32))
    assert "Ana" in everything(town)
    write(town, tidy, moved.end_at + timedelta(days=30))
    assert "Ana" not in everything(town)


def test_an_offer_that_they_never_answered_says_no_more_to_whom(town: Store, ana: int):
    rui = write(town, resident_with, NOW, Contact(email="rui@example.org"), "pt").id or 0
    terms = Terms("Rui", "rui@example.org", (SEE,), date(2027, 12, 31), "Ana")
    write(town, grant, NOW, ana, terms, "pt")
    assert len(read(town, held_of, rui).mandates_offered) == 1
    write(town, erase_resident, NOW, rui)
    mandate = read(town, lambda session: session.exec(select(Mandate)).one())
    assert (mandate.contact, mandate.email) == ("", "")
    assert mandate.ended_at
