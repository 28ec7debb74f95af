"""Every refusal has a sentence in every language, and none of them is a code, a trace or an empty line."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from booking import errors
from booking.errors import MistypedReference, NotValid, Problem, Refusal
from locales.catalogue import LANGUAGES, SOURCE, use_language
from portal.appointments.refusals import field_errors, why

LISBON = ZoneInfo("Europe/Lisbon")
AT = datetime(2026, 11, 26, 17, 40, tzinfo=UTC)
EXAMPLES = {
    "UnknownService": ("tea",),
    "UnknownLocation": ("moon",),
    "NotOfferedThere": ("serra", "video"),
    "NotOfferedTogether": (("a", "b"),),
    "TooManyPeople": (5, 2),
    "PastTime": (AT,),
    "TooShortNotice": (AT, AT),
    "BeyondHorizon": (AT, date(2026, 12, 24)),
    "ClosedThen": (AT,),
    "SlotTaken": (AT,),
    "HoldExpired": (),
    "ExtendedEnough": (6,),
    "NotValid": ((Problem("name", "missing"),),),
    "MistypedReference": ("mistyped-check",),
    "UnknownReference": (),
    "TooLate": (AT,),
    "NotInForce": ("cancelled",),
    "KeyReused": (),
    "OfferGone": (),
    "TooManyBookings": (2, "tea"),
    "CannotBeTold": (),
    "CodeOver": (),
    "TooManyCodes": (AT,),
    "NotSureEnough": ("substantial",),
    "CannotMerge": (),
    "NoMandate": (),
    "TooManyMandates": (10,),
    "SignInOver": (),
    "InvitationOver": (),
    "HallShut": (AT,),
    "TooEarly": (AT,),
    "MissedDay": (AT,),
    "AlreadyIn": ("B 047",),
    "OtherHouse": ("serra",),
    "UnknownTicket": (),
    "NotNow": ("left",),
    "CounterBusy": ("B 047",),
    "CounterShut": (),
    "UnknownCounter": (),
    "RateLimited": (90, "drafts"),
}


def leaves(of: type) -> list[type]:
    return [leaf for each in of.__subclasses__() for leaf in (leaves(each) or [each])]


def test_the_examples_cover_every_refusal() -> None:
    assert {leaf.__name__ for leaf in leaves(Refusal)} == set(EXAMPLES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_refusal_is_a_sentence_in_every_language(name: str, language: str) -> None:
    refusal = next(leaf for leaf in leaves(Refusal) if leaf.__name__ == name)(*EXAMPLES[name])
    with use_language(SOURCE):
        in_english = why(refusal, LISBON)
    with use_language(language):
        said = why(refusal, LISBON)
    assert len(said) > 20
    assert "{" not in said
    assert refusal.code not in said
    assert language == SOURCE or said != in_english


def test_the_time_in_a_refusal_is_the_place_s_own() -> None:
    with use_language("en"):
        assert "17:40" in why(errors.SlotTaken(AT), LISBON)
        assert "14:40" in why(errors.SlotTaken(AT), ZoneInfo("America/Sao_Paulo"))


def test_mistakes_come_in_the_order_of_the_form_and_one_for_each_field() -> None:
    problems = (Problem("name", "too-long", 120), Problem("name", "control-characters"), Problem("contact", "missing"))
    with use_language("en"):
        errors_shown = field_errors(NotValid(problems))
    assert list(errors_shown) == ["name", "email"]
    assert "120" in errors_shown["name"]


def test_whoever_needs_an_interpreter_is_asked_for_the_language_at_its_field() -> None:
    with use_language("en"):
        shown = field_errors(NotValid((Problem("interpreter_language", "missing"),)))
    assert shown == {"interpreter_language": "Please name the language that the interpreter should speak."}


def test_a_mistyped_code_is_told_from_an_unknown_one() -> None:
    with use_language("en"):
        assert why(MistypedReference("mistyped-check"), LISBON) != why(errors.UnknownReference(), LISBON)
