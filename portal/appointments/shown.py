"""An appointment as the person who holds its key sees it: words only, nothing of the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from booking.appointments import changeable_until
from booking.catalogue import Catalogue
from booking.outbox import EMAIL, SMS
from booking.promises import BOOKED, UNCONFIRMED, Appointment
from booking.settings import settings
from booking.tidings import channel_of
from locales import dates
from locales.catalogue import path
from portal.appointments.words import (
    address_words,
    day_words,
    hours_words,
    needs_words,
    place_words,
    services_words,
    way_in_words,
    zone_of,
)
from portal.contacts import contact_words, phone_words
from portal.site import listed
from portal.ui.qr import code_drawing


@dataclass(frozen=True)
class Shown:
    """`needs` is "" when nothing was asked for, `phone` the number that we ring, for an appointment by telephone;
    `letter_to` is where what was promised is sent as well, "" when nothing is; `booked_by` is who booked it for them. For whoever acts
    for somebody by a mandate, `for_whom`, there is no key, and nothing that would carry it.

    `address_of_code` is what the QR code says: our own page with both codes in the fragment, which no server logs."""

    reference: str = ""
    access_key: str = ""
    what_for: str = ""
    clock: str = ""
    day: str = ""
    hours: str = ""
    mode: str = ""
    place: str = ""
    address: str = ""
    way_in: str = ""
    is_unconfirmed: bool = False
    is_booked: bool = False
    is_changeable: bool = False
    changeable_until: str = ""
    video_link: str = ""
    drawing: str = ""
    modules: int = 0
    bring: list[str] = field(default_factory=list)
    needs: str = ""
    phone: str = ""
    letter_to: str = ""
    booked_by: str = ""
    for_whom: str = ""


def shown(
    catalogue: Catalogue, now: datetime, appointment: Appointment, access_key: str, booked_by: str = "", for_whom: str = ""
) -> Shown:
    """In the language being spoken; days and hours are the location's."""
    visit, zone = appointment.visit, zone_of(catalogue, appointment.location)
    until = changeable_until(catalogue, appointment)
    is_booked = appointment.state == BOOKED
    drawing, modules = code_drawing(manage_address(appointment.reference, access_key)) if access_key else ("", 0)
    return Shown(
        reference=appointment.reference,
        access_key=access_key,
        what_for=services_words(catalogue, visit.services),
        clock=dates.time(appointment.start_at, zone),
        day=day_words(appointment.start_at.astimezone(zone).date()),
        hours=hours_words(appointment.start_at, appointment.end_at, zone),
        mode=visit.mode,
        place=place_words(catalogue, visit),
        address=address_words(catalogue, visit),
        way_in=way_in_words(catalogue, visit),
        is_unconfirmed=appointment.state == UNCONFIRMED,
        is_booked=is_booked,
        is_changeable=is_booked and now <= until,
        changeable_until=dates.moment(until, zone),
        video_link=video_address(appointment.reference, access_key)
        if visit.mode == "video" and is_booked and access_key
        else "",
        drawing=drawing,
        modules=modules,
        bring=[thing for slug in visit.services for thing in listed(catalogue.known_services[slug].bring)],
        needs=needs_words(appointment) if appointment.needs else "",
        phone=phone_words(appointment.phone, catalogue.town.phone_country)
        if visit.mode == "phone" and appointment.phone
        else "",
        letter_to=_letter_to(catalogue, appointment) if access_key else "",
        booked_by=booked_by,
        for_whom=for_whom,
    )


def _letter_to(catalogue: Catalogue, appointment: Appointment) -> str:
    channel, chosen = channel_of(appointment), settings()
    goes_out = (channel == EMAIL and chosen.smtp_url) or (channel == SMS and chosen.sms_url) or chosen.is_demo
    return contact_words(catalogue, appointment) if goes_out else ""


def manage_address(reference: str, access_key: str) -> str:
    return _with_codes("/appointment/", reference, access_key)


def move_address(reference: str, access_key: str) -> str:
    return _with_codes("/appointment/move/", reference, access_key)


def earlier_address(reference: str, access_key: str) -> str:
    return _with_codes("/appointment/earlier/", reference, access_key)


def code_address(reference: str, access_key: str, code: str) -> str:
    """Leads to the page with the code filled in; pressing the button is left to a person."""
    return f"{_with_codes('/book/code/', reference, access_key)}.{code}"


def cancel_address(reference: str, access_key: str) -> str:
    """Leads to the question, not to the deed: mail scanners follow links."""
    return _with_codes("/appointment/cancel/", reference, access_key)


def video_address(reference: str, access_key: str) -> str:
    """Ours, and the same for ever: where the meeting itself takes place may change behind it."""
    return _with_codes("/video/", reference, access_key)


def _with_codes(page: str, reference: str, access_key: str) -> str:
    """A page of ours with both codes in the fragment, which browsers send to no server."""
    return f"{settings().address}{path(page)}#{reference}.{access_key}"
