"""Why something can't be done, in a sentence for a tired person, and what they can do instead. No refusal ends the page."""

from __future__ import annotations

from math import ceil
from zoneinfo import ZoneInfo

from booking.errors import (
    BeyondHorizon,
    CannotBeTold,
    CannotMerge,
    CodeOver,
    ExtendedEnough,
    HoldExpired,
    MistypedReference,
    NoMandate,
    NotBookable,
    NotSureEnough,
    NotValid,
    OfferGone,
    Problem,
    Refusal,
    SlotTaken,
    TooLate,
    TooManyBookings,
    TooManyCodes,
    TooManyMandates,
    TooManyPeople,
    TooShortNotice,
    UnknownReference,
)
from locales import dates
from locales.catalogue import _, ngettext
from portal.identity.desk_entering import SignInOver
from portal.identity.staff_access import InvitationOver
from portal.limits import WRONG_KEYS, WRONG_KEYS_OF_A_DAY, RateLimited
from portal.lobby.refusals import why_not_in_line


def why(refusal: Refusal, zone: ZoneInfo) -> str:
    """One or two sentences in the language being spoken: what is so, and what to do now. Days and hours are of `zone`."""
    match refusal:
        case SlotTaken(start=start):
            return _(
                "Somebody has just taken {moment}. Your answers are kept: please choose another time.",
                moment=dates.moment(start, zone),
            )
        case TooShortNotice(earliest=earliest):
            return _("That is too soon for us to be ready. The earliest time is {moment}.", moment=dates.moment(earliest, zone))
        case NotSureEnough():
            return _("For this one we need to know surely who you are. Please sign in first, or come to us with a document.")
        case BeyondHorizon(last_day=last_day):
            return _("That is too far ahead. You can book up to {day}.", day=dates.day_and_year(last_day))
        case TooManyPeople(most=most):
            return ngettext(
                "At most {n} person can come together for this. Please phone us if you are more.",
                "At most {n} people can come together for this. Please phone us if you are more.",
                most,
            )
        case TooLate(until=until):
            return _(
                "It could be moved or cancelled until {moment}. Please phone us: we will find a way.",
                moment=dates.moment(until, zone),
            )
        case TooManyBookings(most=most):
            return ngettext(
                "You have {n} appointment ahead of you, which is as many as one person may have. Please keep or cancel that "
                "one first, or phone us.",
                "You have {n} appointments ahead of you, which is as many as one person may have. Please keep or cancel one "
                "of them first, or phone us.",
                most,
            )
        case TooManyCodes(until=until) if until:
            return _(
                "We have sent several codes there within the hour. You can ask for another one from {time}, or phone us.",
                time=dates.time(until, zone),
            )
        case RateLimited():
            return _too_often(refusal)
        case NotBookable():
            return _NOT_BOOKABLE[refusal.reason]()
        case _:
            return why_not_in_line(refusal, zone) or _PLAIN.get(type(refusal), _did_not_work)()


def _too_often(limited: RateLimited) -> str:
    """Said in minutes: who reads seconds has waited them."""
    minutes = ceil(limited.seconds / 60)
    if limited.what in (WRONG_KEYS.namespace, WRONG_KEYS_OF_A_DAY.namespace):
        return ngettext(
            "Too many codes that open no appointment came over your internet connection. Please try again in {n} minute, or phone "
            "us and we will look together.",
            "Too many codes that open no appointment came over your internet connection. Please try again in {n} minutes, or phone "
            "us and we will look together.",
            minutes,
        )
    return ngettext(
        "Very many people are booking over your internet connection just now. Your answers are kept: please try again in {n} "
        "minute, or phone us.",
        "Very many people are booking over your internet connection just now. Your answers are kept: please try again in {n} "
        "minutes, or phone us.",
        minutes,
    )


def field_errors(refusal: NotValid) -> dict[str, str]:
    """A sentence with the fix for each field that has to be put right, in the order of the form."""
    errors: dict[str, str] = {}
    for problem in refusal.problems:
        errors.setdefault(_shown_at(problem), _fix(problem))
    return errors


def _did_not_work() -> str:
    return _("That did not work. Nothing was changed. Please try again, or phone us.")


_PLAIN = {
    ExtendedEnough: lambda: _(
        "We have kept this time for an hour and cannot keep it longer. Please finish, or choose it again later."
    ),
    HoldExpired: lambda: _(
        "There is no time kept for you any more. Please choose one again; your other answers are still here."
    ),
    MistypedReference: lambda: _(
        "There is a typing slip in the booking code. Please compare it with your confirmation, character by character."
    ),
    UnknownReference: lambda: _(
        "We cannot find an appointment with these two codes. Please check both, or phone us and we will look together."
    ),
    CodeOver: lambda: _("This code is no longer good. Please let us send you another one."),
    TooManyCodes: lambda: _("We have sent as many codes as we can for this appointment. Please phone us: we book it with you."),
    OfferGone: lambda: _("This time is no longer kept for you. Your appointment is as it was."),
    CannotMerge: lambda: _("These two can't be put together or taken apart any more. Nothing was changed."),
    NoMandate: lambda: _("You can no longer do that for somebody else. Nothing was changed."),
    TooManyMandates: lambda: _("You have offered as many mandates as we can send in a day. Please try again tomorrow."),
    SignInOver: lambda: _("That took too long. Please begin again."),
    InvitationOver: lambda: _("This link is no longer good: it was used, or is older than a day. Please ask for another one."),
    CannotBeTold: lambda: _(
        "We can only ask people whom we can write to. Please phone us: we will look for an earlier time together."
    ),
}

_NOT_BOOKABLE = {
    "unknown-service": lambda: _("We do not know this service. It may have a new name: please choose it from the list."),
    "unknown-location": lambda: _("We do not know this place. Please choose one of the places below."),
    "not-offered-there": lambda: _("This is not offered there in that way. Please choose one of the ways below."),
    "not-offered-together": lambda: _("These cannot be done in one visit. Please book them one after the other."),
    "past-time": lambda: _("That time has already passed. Please choose another one."),
    "closed-then": lambda: _("We are not open at that time. Please choose one of the times below."),
}


def _shown_at(problem: Problem) -> str:
    """The field that has the box: e-mail stands for "one of the two is missing"."""
    return {"contact": "email", "needs": "needs"}.get(problem.field, problem.field)


def _fix(problem: Problem) -> str:
    match problem.field, problem.reason:
        case _, "too-long":
            return ngettext(
                "Please shorten this to {n} character.", "Please shorten this to {n} characters.", problem.limit or 0
            )
        case _, "control-characters":
            return _("There is an invisible character in this answer. Please type it again instead of pasting it.")
        case "name", _:
            return _("Please type the name we should call you by.")
        case "contact", "cannot-be-asked":
            return _(
                "We send a code to see that it is yours, and none can reach this number. Please give an e-mail address too, "
                "or phone us: we book it with you."
            )
        case "email", "not-an-email":
            return _("This is not a complete e-mail address. It looks like name@example.org.")
        case "phone", "missing":
            return _("Please give a phone number, so that we can phone you at that time.")
        case "phone", _:
            return _("This is not a complete phone number. For a number from abroad, begin with + and the country.")
        case "interpreter_language", "missing":
            return _("Please name the language that the interpreter should speak.")
        case "weekdays", _:
            return _("Please tick at least one day.")
        case "needed_by", _:
            return _("Please choose a day before your appointment, or none.")
        case (("email" | "contact"), _):
            return _("Please give an e-mail address or a phone number. One of the two is enough.")
        case _:
            return _("Please look at this answer again.")
