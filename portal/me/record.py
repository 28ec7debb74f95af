"""What is held about one person, in words: the same parts on the page and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from booking.audit import RESIDENT, STAFF, AuditEntry
from booking.catalogue import Catalogue, read_catalogue
from booking.holdings import Holdings, Kept, held_of
from booking.mandates import Acting, name_of_holder
from booking.merging import parts_of
from booking.outbox import DELIVERED, OVERTAKEN, PARKED, SMS, Letter
from booking.people import Mandate
from booking.promises import CANCELLED
from locales import dates
from locales.catalogue import _
from portal.appointments.words import language_words, needs_words, place_words, services_words
from portal.contacts import in_order, phone_words, scope_words
from portal.facts import Entry, Fact, Part, purposes
from portal.identity.assisting import AssistedRow
from portal.identity.sessions import SessionRow


@dataclass(frozen=True)
class Record:
    """`looked` is who of others has seen it, `told` how the letters went, `parts` all the rest."""

    looked: Part
    told: Part
    parts: list[Part]


def record_of(session: Session, resident_id: int) -> Record:
    """In the language being spoken. Raises NoResultFound for somebody who isn't a resident."""
    held, catalogue = held_of(session, resident_id), read_catalogue(session)
    letters = [*held.letters, *(letter for each in held.appointments for letter in each.letters)]
    return Record(
        looked=looked_at(session, catalogue, held.reads),
        told=_told(catalogue, letters),
        parts=[
            _you(catalogue, held),
            _appointments(catalogue, held.appointments),
            _mandates(held),
            _places(session, catalogue, resident_id),
            *([_put_together(catalogue, held)] if held.merges else []),
        ],
    )


def looked_at(session: Session, catalogue: Catalogue, reads: list[AuditEntry]) -> Part:
    """Who saw a record, when and what for, the latest first."""
    return Part(
        _("Who looked at it"),
        [
            Entry(
                _moment(catalogue, each.at),
                [Fact(_("Who"), _who(session, catalogue, each)), Fact(_("What for"), _purpose(each))],
            )
            for each in reads
        ],
        _("Nobody but you has opened your record."),
    )


def _purpose(entry: AuditEntry) -> str:
    if entry.purpose == "mandate":
        return _("To act for you, as you allow")
    return purposes().get(entry.purpose, entry.purpose)


def _who(session: Session, catalogue: Catalogue, entry: AuditEntry) -> str:
    if entry.actor_kind == STAFF:
        member = catalogue.staff.get(entry.actor)
        return member.name if member else _("Somebody who no longer works here")
    if entry.actor_kind == RESIDENT:
        holder, owner = (int(text.rpartition(" ")[2]) for text in (entry.actor, entry.on_behalf_of or "resident 0"))
        return name_of_holder(session, Acting(holder, owner)) or _("Somebody you let act for you")
    return _("A program of the town")


def _you(catalogue: Catalogue, held: Holdings) -> Part:
    who = held.resident
    # Translators: what stands where somebody has not told us something
    nothing = _("not said yet")
    contacts = [each.email or phone_words(each.phone, catalogue.town.phone_country) for each in held.contacts]
    return Part(
        _("You"),
        [
            Entry(
                "",
                [
                    Fact(_("Name"), who.name or nothing),
                    Fact(_("Language"), language_words(who.language) or nothing),
                    Fact(_("What you need for the visit"), needs_words(who)),
                    Fact(_("How to reach you"), _(", ").join(map(in_order, contacts)) or nothing),
                    Fact(_("Here since"), _moment(catalogue, who.created_at)),
                    *(Fact(_("Signed in through"), in_order(each.issuer)) for each in held.identities),
                ],
            )
        ],
    )


def _appointments(catalogue: Catalogue, appointments: list[Kept]) -> Part:
    return Part(
        _("Appointments ({n})", n=len(appointments)),
        [_appointment(catalogue, each) for each in reversed(appointments)],
        _("There is none."),
    )


def _appointment(catalogue: Catalogue, kept: Kept) -> Entry:
    it = kept.appointment
    reached = [it.email or "", phone_words(it.phone, catalogue.town.phone_country) if it.phone else ""]
    facts = [
        Fact(_("What for"), services_words(catalogue, it.visit.services)),
        Fact(_("Where or how"), place_words(catalogue, it.visit)),
        Fact(_("Booking code"), in_order(it.reference)),
        Fact(_("Name"), it.name),
        Fact(_("How to reach you"), _(", ").join(in_order(each) for each in reached if each)),
        Fact(_("What you need for the visit"), needs_words(it)),
    ]
    if it.state == CANCELLED:
        facts.append(Fact(_("State"), _("cancelled")))
    facts += [Fact(_what_happened(each.what), _moment(catalogue, each.at)) for each in kept.changes]
    facts += [Fact(_("Ticket"), f"{each.words}, {_moment(catalogue, each.drawn_at)}") for each in kept.tickets]
    return Entry(_moment(catalogue, it.start_at), facts)


def _what_happened(what: str) -> str:
    return {
        # Translators: what happened to an appointment; the time follows
        "booked": _("Booked"),
        "moved": _("Moved"),
        "cancelled": _("Cancelled"),
    }.get(what, what)


def _mandates(held: Holdings) -> Part:
    entries = [_mandate(each, _("They act for you: {name}", name=each.name)) for each in held.mandates_given]
    entries += [_mandate(each, _("You act for {name}", name=each.owner_name)) for each in held.mandates_held]
    entries += [_mandate(each, _("Would you act for {name}?", name=each.owner_name)) for each in held.mandates_offered]
    return Part(_("Mandates ({n})", n=len(entries)), entries, _("There is none."))


def _mandate(mandate: Mandate, title: str) -> Entry:
    over = [Fact(_("State"), _("ended"))] if mandate.ended_at else []
    return Entry(
        title,
        [
            Fact(_("What it allows"), _(", ").join(map(scope_words, mandate.scopes))),
            Fact(_("Until"), dates.day_and_year(mandate.last_day)),
            *over,
        ],
    )


def _places(session: Session, catalogue: Catalogue, resident_id: int) -> Part:
    numbers = parts_of(session, resident_id)
    rows = select(SessionRow).where(col(SessionRow.resident_id).in_(numbers)).order_by(col(SessionRow.id).desc())
    beside = select(AssistedRow).where(col(AssistedRow.resident_id).in_(numbers)).order_by(col(AssistedRow.id).desc())
    entries = [
        Entry(
            _moment(catalogue, row.begun_at),
            [Fact(_("Device"), row.device or _("A device we do not know"))]
            + ([Fact(_("Ended"), _moment(catalogue, row.ended_at))] if row.ended_at else []),
        )
        for row in session.exec(rows)
    ]
    entries += [
        Entry(_moment(catalogue, row.begun_at), [Fact(_("Filled in at the desk by"), _staff(catalogue, row.staff))])
        for row in session.exec(beside)
    ]
    return Part(_("Where you signed in ({n})", n=len(entries)), entries, _("There is none."))


def _put_together(catalogue: Catalogue, held: Holdings) -> Part:
    return Part(
        _("Two records of yours were put together ({n})", n=len(held.merges)),
        [Entry(_moment(catalogue, each.at), [Fact(_("Who"), _staff(catalogue, each.staff))]) for each in held.merges],
    )


def _staff(catalogue: Catalogue, slug: str) -> str:
    member = catalogue.staff.get(slug)
    return member.name if member else _("Somebody who no longer works here")


def _told(catalogue: Catalogue, letters: list[Letter]) -> Part:
    latest = sorted(letters, key=lambda each: each.id or 0, reverse=True)
    return Part(
        _("What we sent you ({n})", n=len(latest)),
        [
            Entry(
                letter_words(each.what),
                [
                    Fact(_("How"), _("Text message") if each.channel == SMS else _("E-mail")),
                    Fact(_outcome(each), _moment(catalogue, each.settled_at or each.due_at)),
                ],
            )
            for each in latest
        ],
        _("Nothing so far."),
    )


def letter_words(what: str) -> str:
    return {
        # Translators: what a letter was about
        "booked": _("Your appointment is booked"),
        "moved": _("Your appointment was moved"),
        "cancelled": _("Your appointment was cancelled"),
        "reminder": _("Reminder of an appointment"),
        "offered": _("An earlier time"),
        "code": _("A code"),
        "mandate": _("A mandate was offered"),
    }.get(what, what)


def _outcome(letter: Letter) -> str:
    return {
        # Translators: what became of a letter; the time follows
        DELIVERED: _("Delivered"),
        PARKED: _("Could not be delivered"),
        OVERTAKEN: _("Not sent, no longer true"),
    }.get(letter.outcome, _("Will be sent"))


def _moment(catalogue: Catalogue, at: datetime) -> str:
    zone = ZoneInfo(catalogue.town.timezone)
    local = at.astimezone(zone)
    return _("{day}, {time}", day=dates.day_and_year(local.date()), time=dates.time(at, zone))
