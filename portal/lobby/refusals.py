"""Why something can't be done with a place in line, in a sentence for a tired person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from booking.errors import (
    AlreadyIn,
    CounterBusy,
    CounterShut,
    HallShut,
    MissedDay,
    NotNow,
    OtherHouse,
    Refusal,
    TooEarly,
    UnknownCounter,
    UnknownTicket,
)
from locales import dates
from locales.catalogue import _


def why_not_in_line(refusal: Refusal, zone: ZoneInfo) -> str:
    """ "" for a refusal that is not about the line. Days and hours are of `zone`."""
    said = _SENTENCES.get(type(refusal))
    return said(refusal, zone) if said else ""


def _shut(refusal: HallShut, zone: ZoneInfo) -> str:
    if refusal.opens_at is None:
        return _("This house is closed for now. Please phone us.")
    return _("This house is closed now. It opens again {moment}.", moment=dates.moment(refusal.opens_at, zone))


_SENTENCES: dict[type[Refusal], Callable[[Any, ZoneInfo], str]] = {
    HallShut: _shut,
    TooEarly: lambda refusal, zone: _(
        "You are early, and your time is kept. From {time} on you can say here that you have come.",
        time=dates.time(refusal.since, zone),
    ),
    MissedDay: lambda _refusal, _zone: _(
        "The day of this appointment is over. Please speak to us: we look for another time together."
    ),
    # Translators: {number} is the number of a ticket, such as "B 047"
    AlreadyIn: lambda refusal, _zone: (
        _(
            "This visit is finished: its number was {number}. If you need anything else, please take a new number.",
            number=refusal.number,
        )
        if refusal.is_over
        else _("You are in line already. Your number is {number}.", number=refusal.number)
    ),
    OtherHouse: lambda _refusal, _zone: _(
        "This appointment is at another of our houses. Your confirmation says where. We gladly help you here, too."
    ),
    UnknownTicket: lambda _refusal, _zone: _("We cannot find this ticket. Please speak to us: we look together."),
    NotNow: lambda _refusal, _zone: _("That is no longer possible: meanwhile something else has happened to this number."),
    CounterBusy: lambda refusal, _zone: _(
        "Number {number} is at this counter. Please finish there first.", number=refusal.number
    ),
    CounterShut: lambda _refusal, _zone: _("Nobody is at this counter now. Please open it first, or choose another one."),
    UnknownCounter: lambda _refusal, _zone: _("We do not know this counter. Please choose one from the list."),
}
