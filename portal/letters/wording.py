"""What a letter says: words only, in the language being spoken; how they look is for `email.py` and `text_message.py`.

A subject and a text message are read on locked telephones and by whoever looks over a shoulder: they name the town, the time and
the place, never the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.appointments import changeable_until
from booking.catalogue import Catalogue
from booking.promises import BOOKED, Appointment
from booking.tidings import BOOKING, CANCELLATION, MOVE, REMINDER
from booking.waiting_list import Offer
from locales import dates
from locales.catalogue import _
from portal.appointments.shown import (
    cancel_address,
    code_address,
    earlier_address,
    manage_address,
    move_address,
    video_address,
)
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
from portal.contacts import in_order, phone_words, spaced
from portal.site import listed, said


@dataclass(frozen=True)
class Action:
    words: str
    address: str


@dataclass(frozen=True)
class Wording:
    """`facts` are (what, its value); `codes` too, whose values run left to right in every script. `actions` lead to our pages,
    each of which asks before anything happens, because machines follow links too.
    """

    subject: str
    headline: str
    greeting: str
    opening: str
    clock: str
    day: str
    place: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    codes: tuple[tuple[str, str], ...]
    bring: tuple[str, ...]
    way_in: str
    actions: tuple[Action, ...]
    deadline: str
    farewell: str
    foot: tuple[str, ...]


def wording(catalogue: Catalogue, now: datetime, what: str, appointment: Appointment, access_key: str, by: str = "") -> Wording:
    """What `what` ("booked", "moved", "cancelled", "reminder") tells of the appointment as it stands, and `by` whom it was done for
    them, "" when they did it themselves. Without an access key there are neither codes nor links that open it.
    """
    visit, zone = appointment.visit, zone_of(catalogue, appointment.location)
    is_on = appointment.state == BOOKED
    until = changeable_until(catalogue, appointment)
    is_open = is_on and bool(access_key)
    is_changeable = is_open and now < until
    return Wording(
        subject=_subject(catalogue, what, appointment),
        headline=headline(what),
        # Translators: how a letter begins; {name} is the name as the person gave it
        greeting=_("Hello {name},", name=appointment.name),
        opening=" ".join(filter(None, (by_words(what, by), _opening(what) if access_key else ""))),
        clock=dates.time(appointment.start_at, zone),
        day=day_words(appointment.start_at.astimezone(zone).date()),
        place=tuple(filter(None, (place_words(catalogue, visit), address_words(catalogue, visit)))),
        facts=tuple(_facts(catalogue, appointment)),
        codes=tuple(_codes(appointment, access_key)),
        bring=tuple(thing for slug in visit.services for thing in listed(catalogue.known_services[slug].bring))
        if is_on
        else (),
        way_in=way_in_words(catalogue, visit) if is_on else "",
        actions=tuple(_actions(appointment, access_key, is_on=is_open, is_changeable=is_changeable)),
        deadline=_("You can move or cancel it until {moment}.", moment=dates.moment(until, zone)) if is_changeable else "",
        farewell=not_wanted_words() if by else _farewell(what),
        foot=tuple(_foot(catalogue)),
    )


def offer_wording(catalogue: Catalogue, appointment: Appointment, access_key: str, offer: Offer) -> Wording:
    """An earlier time is kept for them: which, until when, and where to say yes."""
    visit, zone = appointment.visit, zone_of(catalogue, appointment.location)
    moment, until = dates.moment(offer.start_at, zone), dates.moment(offer.answer_until, zone)
    return Wording(
        subject=_("An earlier time for you: {moment}", moment=moment),
        headline=_("An earlier time is kept for you"),
        greeting=_("Hello {name},", name=appointment.name),
        opening=_("Until {until} this time is yours to take. Then somebody else is asked.", until=until),
        clock=dates.time(offer.start_at, zone),
        day=day_words(offer.start_at.astimezone(zone).date()),
        place=tuple(filter(None, (place_words(catalogue, visit), address_words(catalogue, visit)))),
        facts=(
            (_("For"), services_words(catalogue, visit.services)),
            (_("You now have"), dates.moment(appointment.start_at, zone)),
        ),
        codes=((_("Booking code"), in_order(appointment.reference)),),
        bring=(),
        way_in="",
        actions=(Action(_("Look at it and answer"), earlier_address(appointment.reference, access_key)),),
        deadline="",
        farewell=_("If you do nothing, your appointment stays as it is."),
        foot=tuple(_foot(catalogue)),
    )


def offer_short_words(catalogue: Catalogue, appointment: Appointment, access_key: str, offer: Offer) -> str:
    zone = zone_of(catalogue, appointment.location)
    return _(
        "{town}: an earlier time is kept for you, {moment}. Answer until {until}: {link}",
        town=said(catalogue.town.name),
        moment=dates.moment(offer.start_at, zone),
        until=dates.moment(offer.answer_until, zone),
        link=earlier_address(appointment.reference, access_key),
    )


def code_wording(catalogue: Catalogue, appointment: Appointment, access_key: str, code: str, until: datetime) -> Wording:
    """A code to type: nothing else in this letter matters."""
    zone = zone_of(catalogue, appointment.location)
    moment, time = dates.moment(appointment.start_at, zone), dates.time(until, zone)
    return Wording(
        # Translators: subject of an e-mail; {code} is six digits, "402 913"
        subject=_("{code} is your code", code=spaced(code)),
        headline=_("Your one-time code"),
        greeting="",  # nobody has shown yet whose address it is, nor whose words the name is
        opening=_("Type this code where you are booking. Then your appointment counts."),
        clock=in_order(spaced(code)),
        day="",
        place=(),
        facts=((_("Your appointment"), moment), (_("Where or how"), place_words(catalogue, appointment.visit))),
        codes=(),
        bring=(),
        way_in="",
        actions=(Action(_("Open the page with the code"), code_address(appointment.reference, access_key, code)),),
        deadline=_("The code is good until {time}. We never ask anybody to tell it to us.", time=time),
        farewell=_("Did you not book anything? Then somebody mistyped their address: do nothing, and nothing is booked."),
        foot=tuple(_foot(catalogue)),
    )


def code_short_words(catalogue: Catalogue, appointment: Appointment, code: str, until: datetime) -> str:
    zone = zone_of(catalogue, appointment.location)
    return _(
        "{town}: {code} is your code for the appointment on {moment}. It is good until {time}.",
        town=said(catalogue.town.name),
        code=in_order(spaced(code)),
        moment=dates.moment(appointment.start_at, zone),
        time=dates.time(until, zone),
    )


def sign_in_wording(catalogue: Catalogue, code: str, until: datetime) -> Wording:
    """A code to sign in with. No link: whoever asked for it has the page open, and nobody else should press anything."""
    time = dates.time(until, ZoneInfo(catalogue.town.timezone))
    return Wording(
        subject=_("{code} is your code", code=spaced(code)),
        headline=_("Your one-time code"),
        greeting="",
        opening=_("Type this code on the page where you asked for it. Then you are signed in."),
        clock=in_order(spaced(code)),
        day="",
        place=(),
        facts=(),
        codes=(),
        bring=(),
        way_in="",
        actions=(),
        deadline=_("The code is good until {time}. We never ask anybody to tell it to us.", time=time),
        farewell=_("Did you not ask for it? Then somebody mistyped their address: do nothing, and nobody is signed in."),
        foot=tuple(foot_of_town(catalogue)),
    )


def sign_in_short_words(catalogue: Catalogue, code: str, until: datetime) -> str:
    return _(
        "{town}: {code} is your code to sign in. It is good until {time}. Tell it to nobody.",
        town=said(catalogue.town.name),
        code=in_order(spaced(code)),
        time=dates.time(until, ZoneInfo(catalogue.town.timezone)),
    )


def by_words(what: str, by: str) -> str:
    """Who did it for them; "" when nobody did."""
    if not by:
        return ""
    return {
        # Translators: {name} is what somebody calls whoever may act for them, such as "my brother Karim"
        BOOKING: _("Booked for you by {name}.", name=by),
        MOVE: _("Moved for you by {name}.", name=by),
        CANCELLATION: _("Cancelled for you by {name}.", name=by),
    }[what]


def not_wanted_words() -> str:
    return _(
        "Did you not want this? On your page, under {title}, you can take the mandate back.", title=_("Who may act for me")
    )


def short_words(catalogue: Catalogue, what: str, appointment: Appointment, access_key: str, by: str = "") -> str:
    """The whole of it in one text message."""
    return " ".join(filter(None, (_short(catalogue, what, appointment, access_key), by_words(what, by))))


def _short(catalogue: Catalogue, what: str, appointment: Appointment, access_key: str) -> str:
    zone = zone_of(catalogue, appointment.location)
    said_of_it = {
        "town": said(catalogue.town.name),
        "moment": dates.moment(appointment.start_at, zone),
        "place": place_words(catalogue, appointment.visit),
        "link": manage_address(appointment.reference, access_key),
    }
    match what:
        case _ if what == CANCELLATION:
            return _("{town}: your appointment on {moment} is cancelled.", **said_of_it)
        case _ if what == MOVE:
            return _("{town}: your appointment has a new time, {moment}. {place}. See, move or cancel: {link}", **said_of_it)
        case _ if what == REMINDER:
            return _("{town}: we expect you on {moment}. {place}. What to bring, move or cancel: {link}", **said_of_it)
    return _("{town}: your appointment is confirmed, {moment}. {place}. See, move or cancel: {link}", **said_of_it)


def _subject(catalogue: Catalogue, what: str, appointment: Appointment) -> str:
    moment = dates.moment(appointment.start_at, zone_of(catalogue, appointment.location))
    return {
        # Translators: the subjects of e-mails; {moment} is "Thursday 26 November, 17:40"
        BOOKING: _("Appointment confirmed: {moment}", moment=moment),
        MOVE: _("New time for your appointment: {moment}", moment=moment),
        CANCELLATION: _("Appointment cancelled: {moment}", moment=moment),
        REMINDER: _("Reminder of your appointment: {moment}", moment=moment),
    }[what]


def headline(what: str) -> str:
    return {
        BOOKING: _("Appointment confirmed"),
        MOVE: _("Your appointment has a new time"),
        CANCELLATION: _("Your appointment is cancelled"),
        REMINDER: _("Your appointment is coming up"),
    }[what]


def _opening(what: str) -> str:
    return {
        BOOKING: _("This time is yours. Keep this letter: it holds your two codes."),
        MOVE: _("From now on this is your time. The earlier one is free for somebody else."),
        CANCELLATION: _("This time is no longer yours. You need not do anything else."),
        REMINDER: _("We expect you at this time."),
    }[what]


def _facts(catalogue: Catalogue, appointment: Appointment) -> list[tuple[str, str]]:
    zone = zone_of(catalogue, appointment.location)
    facts = [
        (_("For"), services_words(catalogue, appointment.visit.services)),
        # Translators: before the hours of an appointment, "17:40 to 18:00"
        (_("Hours"), hours_words(appointment.start_at, appointment.end_at, zone)),
    ]
    if appointment.mode == "phone" and appointment.phone:
        facts.append((_("We phone you on"), in_order(phone_words(appointment.phone, catalogue.town.phone_country))))
    if appointment.needs:
        facts.append((_("What you need for the visit"), needs_words(appointment)))
    return facts


def _codes(appointment: Appointment, access_key: str) -> list[tuple[str, str]]:
    """A cancelled appointment has a name still, but nothing that can be opened."""
    codes = [(_("Booking code"), in_order(appointment.reference))]
    return [*codes, (_("Access code"), in_order(access_key))] if appointment.state == BOOKED and access_key else codes


def _actions(appointment: Appointment, access_key: str, *, is_on: bool, is_changeable: bool) -> list[Action]:
    codes = (appointment.reference, access_key)
    actions = [Action(_("See my appointment"), manage_address(*codes))] if is_on else []
    if is_on and appointment.mode == "video":
        actions.insert(0, Action(_("Open the video appointment"), video_address(*codes)))
    if is_changeable:
        actions += [Action(_("Move it"), move_address(*codes)), Action(_("Cancel it"), cancel_address(*codes))]
    return actions


def _farewell(what: str) -> str:
    if what == REMINDER:
        return _("Can't you come? Please cancel it, so that somebody else gets this time.")
    return ""


def _foot(catalogue: Catalogue) -> list[str]:
    return [
        *foot_of_town(catalogue),
        _("You get this letter because this address was given for an appointment. If it wasn't you, please tell us."),
    ]


def foot_of_town(catalogue: Catalogue) -> list[str]:
    town = catalogue.town
    return [
        _("To reach us: {number}, {hours}", number=town.phone, hours=said(town.phone_hours)),
        said(town.name),
        said(town.address),
    ]
