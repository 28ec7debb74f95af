"""What a person types about themselves is tidied, or refused field by field and all at once."""

from dataclasses import replace

import pytest

from booking.catalogue import Town
from booking.details import Details, tidied
from booking.errors import NotValid, Problem

TOWN = Town(phone_country="PT", languages=("pt", "en", "es", "ar"), default_language="pt")
ANA = Details("Ana", email="ana@example.org")


def problems(**typed) -> list[tuple[str, str]]:
    with pytest.raises(NotValid) as refusal:
        tidied(replace(ANA, **typed), TOWN)
    return [(problem.field, problem.reason) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana   Lopes ", "Ana Lopes"),
        ("Anto\u0301nio", "Ant\u00f3nio"),
        ("فاطمة الزهراء", "فاطمة الزهراء"),
        ("\u200fفاطمة\u200f", "فاطمة"),
        ("\u202eoiraM\u202c", "oiraM"),
        ("Zoë 🎉", "Zoë 🎉"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("หม่อมหลวงปิ่น", "หม่อมหลวงปิ่น"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("O'Neill; DROP TABLE--", "O'Neill; DROP TABLE--"),
        ("é" * 120, "é" * 120),
        ("Ana\nLopes", "Ana Lopes"),
    ],
)
def test_a_name_is_kept_as_people_write_it(typed: str, kept: str):
    assert tidied(replace(ANA, name=typed), TOWN).name == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "missing"),
        (" \u200f\u3000", "missing"),
        ("\u200b\u200d", "missing"),
        ("\u3164\u115f \u2800", "missing"),
        ("\u0301\u0301", "missing"),
        ("Z" + "\u0335" * 7 + "algo", "control-characters"),
        ("x" * 121, "too-long"),
        ("x" * 10_000, "too-long"),
        ("Ana\x00", "control-characters"),
        ("Ana\x1b[31m", "control-characters"),
        ("\ud83d", "control-characters"),
        (None, "wrong-type"),
        (["Ana"], "wrong-type"),
    ],
)
def test_a_name_that_can_not_be_kept_is_refused_with_the_reason(typed, reason: str):
    assert problems(name=typed) == [("name", reason)]


def test_email_or_phone_one_is_enough_and_none_is_not():
    assert tidied(Details("Ana", phone="912 345 678"), TOWN).phone == "+351912345678"
    assert tidied(Details("Ana", phone="+34 600 12 34 56"), TOWN).phone == "+34600123456"
    assert tidied(Details("Ana", phone="٩١٢٣٤٥٦٧٨"), TOWN).phone == "+351912345678"
    assert tidied(ANA, TOWN).email == "ana@example.org"
    assert problems(email="") == [("contact", "missing")]
    assert problems(email="  ", phone=" ") == [("contact", "missing")]


@pytest.mark.parametrize("typed", ["ana", "ana@", "ana@@example.org", "ana@localhost", "a b@example.org", "ana@exa_mple.org"])
def test_what_is_no_email_address_is_refused(typed: str):
    assert problems(email=typed) == [("email", "not-an-email")]


@pytest.mark.parametrize("typed", ["1234", "telephone", "+999 123", "9123456789012345"])
def test_what_is_no_telephone_number_is_refused(typed: str):
    assert problems(phone=typed) == [("phone", "not-a-phone")]


def test_a_language_of_the_town_is_kept_and_none_is_the_towns_own():
    assert tidied(replace(ANA, language="ar"), TOWN).language == "ar"
    assert tidied(ANA, TOWN).language == "pt"
    assert problems(language="tlh") == [("language", "unknown-language")]
    assert problems(language=None) == [("language", "unknown-language")]
    assert problems(language=["pt"]) == [("language", "unknown-language")]


def test_needs_are_of_the_known_kinds_each_once_and_in_order():
    assert tidied(replace(ANA, needs=("companion", "step_free", "companion")), TOWN).needs == ("step_free", "companion")
    assert tidied(replace(ANA, needs=["interpreter"], interpreter_language=" Українська "), TOWN) == replace(
        ANA, language="pt", needs=("interpreter",), interpreter_language="Українська"
    )
    assert problems(needs=("champagne",)) == [("needs", "unknown-need")]
    assert problems(needs="step_free") == [("needs", "wrong-type")]
    assert problems(needs=([],)) == [("needs", "unknown-need")]
    assert problems(interpreter_language="x" * 61) == [("interpreter_language", "too-long")]


def test_everything_wrong_is_said_at_once_in_the_order_of_the_form():
    everything = problems(name="", email="x", phone="y", language="z", needs=("w",), interpreter_language="\x00")
    assert [field for field, _ in everything] == ["name", "email", "phone", "language", "needs", "interpreter_language"]


def test_tidying_twice_changes_nothing():
    once = tidied(Details(" Ana  Lopes", phone="912345678", needs=("companion", "step_free")), TOWN)
    assert tidied(once, TOWN) == once


def test_whoever_needs_an_interpreter_says_for_which_language() -> None:
    assert problems(needs=("interpreter",)) == [("interpreter_language", "missing")]
    assert problems(needs=("interpreter",), interpreter_language=" \u200f") == [("interpreter_language", "missing")]
    assert problems(needs=("interpreter",), interpreter_language="x" * 61) == [("interpreter_language", "too-long")]
    assert tidied(replace(ANA, needs=("sign_language",)), TOWN).needs == ("sign_language",)


def test_whoever_wants_to_be_rung_says_at_which_number() -> None:
    with pytest.raises(NotValid) as refused:
        tidied(Details("Ana", email="ana@example.org"), TOWN, "phone")
    assert refused.value.problems == (Problem("phone", "missing"),)
    assert tidied(Details("Ana", phone="912345678"), TOWN, "phone").phone == "+351912345678"
    assert tidied(Details("Ana", email="ana@example.org"), TOWN, "video").email == "ana@example.org"
