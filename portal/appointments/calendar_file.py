"""The appointment as a file for the resident's own calendar, in the language of the page it was asked from."""

from __future__ import annotations

from urllib.parse import parse_qs

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from booking.appointments import look_up
from booking.catalogue import Catalogue, read_catalogue
from booking.details import storable
from booking.errors import Refusal
from booking.invitation import Attendee, InvitationWords, Organizer, invitation
from booking.promises import Appointment
from booking.store import in_reading
from locales.catalogue import LANGUAGES, _, path, use_language
from portal.appointments.shown import manage_address, video_address
from portal.appointments.words import address_words, mode_words, place_words, services_words, zone_of
from portal.limits import opening
from portal.network import spender
from portal.page_state import now
from portal.site import listed, said

LONGEST_FORM = 10_000  # bytes


async def calendar_file(request: Request) -> Response:
    """POST with `reference` and `access_key` in the body. Codes that open nothing lead to the page that asks for them, which also
    says so when nobody is told any more.
    """
    language = request.path_params["language"]
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return PlainTextResponse("too long", 413)
    reference, access_key = _codes(body)
    with use_language(language if language in LANGUAGES else LANGUAGES[0]):
        try:
            async with opening(spender(request.scope)):
                catalogue, appointment = await in_reading(_opened, reference, access_key)
        except Refusal:
            return RedirectResponse(path("/appointment/"), 303)
        return Response(
            invitation_of(catalogue, appointment, access_key),
            media_type="text/calendar; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{appointment.reference}.ics"'},
        )


def _codes(body: bytes) -> tuple[str, str]:
    """The two fields of the form, without white space, which could break the lines of the file; "" for what isn't there."""
    try:
        form = parse_qs(body.decode(errors="replace"), max_num_fields=4)
    except ValueError:
        form = {}
    reference, access_key = ("".join(storable(form.get(name, [""])[0]).split()) for name in ("reference", "access_key"))
    return reference, access_key


def _opened(session: Session, reference: str, access_key: str) -> tuple[Catalogue, Appointment]:
    return read_catalogue(session), look_up(session, reference, access_key)


def invitation_of(catalogue: Catalogue, appointment: Appointment, access_key: str, attendee: Attendee | None = None) -> bytes:
    """In the language being spoken; its link opens the appointment, so it is for nobody but the resident."""
    visit, town = appointment.visit, catalogue.town
    place = address_words(catalogue, visit)
    words = InvitationWords(
        summary=f"{services_words(catalogue, visit.services)} - {said(town.name)}",
        description=_description(catalogue, appointment),
        place=f"{place_words(catalogue, visit)}, {place}" if place else mode_words(visit.mode),
    )
    zone = zone_of(catalogue, visit.location).key
    address = (video_address if visit.mode == "video" else manage_address)(appointment.reference, access_key)
    return invitation(appointment, words, zone, Organizer(said(town.name), town.email), address, now(), attendee)


def _description(catalogue: Catalogue, appointment: Appointment) -> str:
    bring = [thing for slug in appointment.services for thing in listed(catalogue.known_services[slug].bring)]
    return "\n".join(
        (
            _("Booking code: {reference}", reference=appointment.reference),
            *([_("What to bring:")] if bring else []),
            *(f"- {thing}" for thing in bring),
            _("To reach us: {number}", number=catalogue.town.phone),
        )
    )
