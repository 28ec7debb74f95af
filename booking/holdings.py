"""All that is kept of one resident, as it stands in the tables: for them to see, and to take along (GDPR, articles 15 and 20).

A test names every table that says something about a person: what is new there has to be said here, or why not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from booking.audit import AuditEntry, reads_of
from booking.mandates import offers_to
from booking.merging import Merge, merges_of, parts_of
from booking.outbox import Letter
from booking.people import Mandate, ProviderIdentity, Resident, ResidentContact
from booking.promises import Appointment, AppointmentChange
from booking.residents import appointments_of, contacts_of
from booking.store import Table
from booking.tickets import Ticket, TicketChange
from booking.waiting_list import EarlierWish

FORMAT = "atrio-record-1"
# What opens something, or names somebody else's row.
NOT_TAKEN_ALONG = frozenset({"key_salt", "key_hash", "key", "leased_until", "token_hash", "session_id", "contact"})


@dataclass(frozen=True)
class Kept:
    """One appointment with all that hangs on it."""

    appointment: Appointment
    changes: list[AppointmentChange]
    letters: list[Letter]
    wishes: list[EarlierWish]
    tickets: list[Ticket]
    ticket_changes: list[TicketChange]


@dataclass(frozen=True)
class Holdings:
    """`reads`: who looked at this record, the latest first."""

    resident: Resident
    contacts: list[ResidentContact]
    identities: list[ProviderIdentity]
    appointments: list[Kept]
    mandates_given: list[Mandate]
    mandates_held: list[Mandate]
    mandates_offered: list[Mandate]
    letters: list[Letter]
    reads: list[AuditEntry]
    merges: list[Merge]


def held_of(session: Session, resident_id: int) -> Holdings:
    """Raises NoResultFound for somebody who isn't a resident."""
    given = select(Mandate).where(Mandate.owner_id == resident_id).order_by(col(Mandate.id))
    held = select(Mandate).where(Mandate.holder_id == resident_id).order_by(col(Mandate.id))
    mandates_given, mandates_held = list(session.exec(given)), list(session.exec(held))
    appointments = [_kept(session, each) for each in appointments_of(session, resident_id)]
    about = [f"mandate {each.id}" for each in (*mandates_given, *mandates_held)]
    return Holdings(
        resident=session.get_one(Resident, resident_id),
        contacts=contacts_of(session, resident_id),
        identities=list(session.exec(select(ProviderIdentity).where(ProviderIdentity.resident_id == resident_id))),
        appointments=appointments,
        mandates_given=mandates_given,
        mandates_held=mandates_held,
        mandates_offered=offers_to(session, resident_id),
        letters=list(session.exec(select(Letter).where(col(Letter.about).in_(about)).order_by(col(Letter.id)))),
        reads=reads_of_resident(session, resident_id, [each.appointment for each in appointments]),
        merges=merges_of(session, resident_id),
    )


def reads_of_resident(session: Session, resident_id: int, appointments: Sequence[Appointment]) -> list[AuditEntry]:
    """Who looked at them or at an appointment of theirs, the latest first."""
    subjects = [
        *(f"resident {each}" for each in parts_of(session, resident_id)),
        *(f"appointment {each.id}" for each in appointments),
    ]
    reads = [entry for subject in subjects for entry in reads_of(session, subject)]
    return sorted(reads, key=lambda entry: entry.number, reverse=True)


def as_data(held: Holdings) -> dict[str, Any]:
    """The same to be written as JSON: instants in UTC by ISO 8601, nothing that opens anything."""
    return {
        "format": FORMAT,
        "you": _plain(held.resident),
        "contacts": list(map(_plain, held.contacts)),
        "identities": list(map(_plain, held.identities)),
        "appointments": [
            _plain(each.appointment)
            | {
                "history": list(map(_plain, each.changes)),
                "letters": list(map(_plain, each.letters)),
                "earlier_times_asked_for": list(map(_plain, each.wishes)),
                "tickets": [
                    _plain(ticket) | {"history": [_plain(it) for it in each.ticket_changes if it.ticket_id == ticket.id]}
                    for ticket in each.tickets
                ],
            }
            for each in held.appointments
        ],
        "mandates_given": list(map(_plain, held.mandates_given)),
        # What the other one calls them and how long: not the other one's own contact.
        "mandates_held": list(map(_plain, held.mandates_held)),
        "mandates_offered": list(map(_plain, held.mandates_offered)),
        "letters": list(map(_plain, held.letters)),
        "read_by": [_plain(entry) for entry in held.reads],
        "put_together": [{"at": _plain(each)["at"], "staff": each.staff} for each in held.merges],
    }


def _kept(session: Session, appointment: Appointment) -> Kept:
    def of_it(table: type, *order: Any) -> list[Any]:
        return list(session.exec(select(table).where(table.appointment_id == appointment.id).order_by(*order)))

    tickets = of_it(Ticket, col(Ticket.id))
    changes = select(TicketChange).where(col(TicketChange.ticket_id).in_([each.id for each in tickets]))
    return Kept(
        appointment,
        of_it(AppointmentChange, col(AppointmentChange.id)),
        of_it(Letter, col(Letter.id)),
        of_it(EarlierWish, col(EarlierWish.id)),
        tickets,
        list(session.exec(changes.order_by(col(TicketChange.id)))),
    )


def _plain(row: Table) -> dict[str, Any]:
    return SQLModel.model_dump(row, mode="json", exclude=set(NOT_TAKEN_ALONG))
