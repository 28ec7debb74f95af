"""Why somebody was, or was not, offered a place that came free: one sentence for each turn."""

from __future__ import annotations

from booking.waiting_list import (
    ANOTHER_DAY,
    ANOTHER_HOUR,
    DECLINED,
    NO_COUNTER,
    NOT_EARLIER,
    TAKEN,
    TOO_LATE_FOR_THEM,
    TOO_SOON,
    UNANSWERED,
    WITHDRAWN,
    Offer,
)
from locales.catalogue import _


def turn_words(found: str, offer: Offer | None) -> str:
    if offer is not None:
        return {
            "": _("Offered to you. We are waiting for your answer."),
            TAKEN: _("Offered to you, and you took it."),
            DECLINED: _("Offered to you, and you kept your time."),
            UNANSWERED: _("Offered to you. We heard nothing, so it went to the next person."),
            WITHDRAWN: _("Offered to you, until you stopped waiting."),
        }[offer.answer]
    return {
        NOT_EARLIER: _("Not earlier than the time you have."),
        ANOTHER_DAY: _("Not on one of your days."),
        ANOTHER_HOUR: _("Not within your hours."),
        TOO_SOON: _("Sooner than you could have known."),
        TOO_LATE_FOR_THEM: _("After the day by which you need it."),
        NO_COUNTER: _("Not long enough for what you come for, or at a counter that does not do it."),
    }.get(found, "")
