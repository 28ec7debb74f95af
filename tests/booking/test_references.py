"""References are speakable and notice every common slip; keys can't be guessed, and can be made again."""

import random

import pytest

from booking.errors import MistypedReference
from booking.references import (
    BODY,
    KEY_SYMBOLS,
    SYMBOLS,
    SecretChanged,
    check_symbol,
    derived_key,
    fits,
    hash_of,
    key_again,
    new_capability,
    new_reference,
    parsed_reference,
)

SECRET = b"one secret"


def some_bodies(count: int) -> list[str]:
    dice = random.Random(20261122)
    return ["".join(dice.choices(SYMBOLS, k=BODY)) for _ in range(count)] + [SYMBOLS[0] * BODY, SYMBOLS[-1] * BODY]


def is_accepted(symbols: str) -> bool:
    return check_symbol(symbols[:BODY]) == symbols[BODY]


def test_no_two_symbols_are_easily_taken_for_one_another():
    assert len(SYMBOLS) == len(set(SYMBOLS)) == 31
    assert not set(SYMBOLS) & set("1ILOU")


def test_every_single_wrong_symbol_is_noticed():
    """Exhaustive: the check is linear, so whether a change is noticed depends on place and difference alone; every body shows
    it.
    """
    for body in some_bodies(40):
        whole = body + check_symbol(body)
        for place, right in enumerate(whole):
            for wrong in SYMBOLS:
                assert is_accepted(whole[:place] + wrong + whole[place + 1 :]) == (wrong == right)


def test_every_exchange_of_two_neighbours_is_noticed():
    """Exhaustive over every ordered pair of symbols at every place."""
    for place in range(BODY):
        for left in SYMBOLS:
            for right in SYMBOLS:
                whole = with_pair(place, left, right)
                swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
                assert is_accepted(whole)
                assert is_accepted(swapped) == (whole == swapped)


def with_pair(place: int, left: str, right: str) -> str:
    """A right reference that has this pair at `place`; when the pair's second is the check symbol, the first symbol makes it
    so.
    """
    if place + 1 < BODY:
        body = ("7" * BODY)[:place] + left + right + ("7" * BODY)[place + 2 :]
        return body + check_symbol(body)
    bodies = (first + "7" * (BODY - 2) + left for first in SYMBOLS)
    return next(body + right for body in bodies if check_symbol(body) == right)


def test_a_sum_without_weights_would_not_notice_an_exchange():
    """Control: the proof above can fail."""
    plain = sum(map(SYMBOLS.index, "7K"))
    assert plain == sum(map(SYMBOLS.index, "K7"))
    assert check_symbol("77777K7") != check_symbol("7777K77")


@pytest.mark.parametrize(
    "typed",
    [
        "VC-7K2M-94Q",
        "vc7k2m94q",
        "  vc 7k2m – 94q ",
        "7K2M94Q",
        "VC.7K2M.94Q",
        "VC-٧K٢M-٩٤Q",
        "VC-۷K۲M-۹۴Q",
        "\u200fVC-7K2M-94Q\u200f",
        "ＶＣ－７Ｋ２Ｍ－９４Ｑ",
    ],
)
def test_however_it_is_typed_it_is_the_same_reference(typed: str):
    check = check_symbol("7K2M94Q")
    assert parsed_reference(typed.rstrip(" \u200f") + check, "VC") == f"VC-7K2M-94Q{check}"


def test_the_letter_o_is_read_as_zero_and_u_as_v():
    check = check_symbol("00V0000")
    assert parsed_reference(f"VC-OOUO-OOO{check}", "VC") == f"VC-00V0-000{check}"


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("", "mistyped-length"),
        ("VC-7K2M", "mistyped-length"),
        ("VC-7K2M-94QXX", "mistyped-length"),
        ("7" * 10_000, "mistyped-length"),
        (None, "mistyped-length"),
        (7, "mistyped-length"),
        ("VC-7K2M-1111", "mistyped-symbol"),
        ("VC-7K2M-<b>é", "mistyped-symbol"),
        ("VC-7K2M-94Q" + SYMBOLS[(SYMBOLS.index(check_symbol("7K2M94Q")) + 1) % 31], "mistyped-check"),
    ],
)
def test_a_slip_is_told_from_an_unknown_reference(typed, slip: str):
    with pytest.raises(MistypedReference) as refusal:
        parsed_reference(typed, "VC")
    assert refusal.value.reason == slip


def test_new_references_are_right_and_all_different():
    made = {new_reference("VC") for _ in range(2_000)}
    assert len(made) == 2_000
    assert all(parsed_reference(reference, "VC") == reference for reference in made)


def test_a_prefix_with_a_letter_that_is_never_a_symbol_still_parses():
    reference = new_reference("LO")
    assert parsed_reference(reference.lower().replace("-", ""), "LO") == reference
    assert parsed_reference(reference[3:], "LO") == reference


def test_a_key_has_eighty_bits_in_four_groups():
    capability = new_capability(SECRET, "appointment")
    groups = capability.key.split("-")
    assert [len(group) for group in groups] == [4, 4, 4, 4]
    assert set("".join(groups)) <= set(KEY_SYMBOLS)
    assert len(KEY_SYMBOLS) ** 16 == 2**80


def test_a_key_can_be_made_again_from_its_salt_and_the_secret_only():
    capability = new_capability(SECRET, "appointment")
    assert derived_key(SECRET, "appointment", capability.salt) == capability.key
    assert derived_key(SECRET, "hold", capability.salt) != capability.key
    assert key_again(SECRET, "appointment", capability.salt, capability.key_hash) == capability.key
    with pytest.raises(SecretChanged):
        key_again(b"another secret", "appointment", capability.salt, capability.key_hash)


def test_a_key_fits_however_it_is_typed_and_no_other_key_does():
    capability = new_capability(SECRET, "appointment")
    assert fits(capability.key, capability.key_hash)
    assert fits(capability.key.lower().replace("-", " "), capability.key_hash)
    assert fits(capability.key.replace("0", "O").replace("1", "l"), capability.key_hash)
    assert not fits(new_capability(SECRET, "appointment").key, capability.key_hash)
    assert not fits("", capability.key_hash)
    assert not fits(capability.key, None)
    assert not fits("", None)


def test_what_the_database_keeps_of_a_key_is_not_the_key():
    capability = new_capability(SECRET, "appointment")
    assert capability.key not in (capability.salt, capability.key_hash)
    assert hash_of(capability.key) == capability.key_hash
