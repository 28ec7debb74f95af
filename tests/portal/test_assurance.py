"""What a session is worth, in the words of a provider and of eIDAS."""

import pytest

from booking.settings import SettingsError, settings
from portal.identity.assisting import Assisted
from portal.identity.assurance import acr_values, level_of, level_said
from portal.identity.sessions import Who
from tests.booking.towns import NOW
from tests.portal.conftest import Choose


def who(how: str, acr: str = "", resident_id: int | None = 1) -> Who:
    return Who(1, how, NOW, NOW, acr, resident_id, None if resident_id else "eva")


@pytest.fixture(autouse=True)
def words(choose: Choose) -> None:
    choose(oidc_acr="substantial=urn:two,high=urn:card")


@pytest.mark.parametrize(
    ("acr", "level"),
    [
        ("", "low"),
        ("urn:unknown", "low"),
        ("substantial", "substantial"),
        ("http://eidas.europa.eu/LoA/high", "high"),
        ("urn:two", "substantial"),
        ("urn:card", "high"),
        ("none", "low"),
        ("urn:card urn:two", "low"),
    ],
)
def test_a_word_means_what_the_town_says(acr: str, level: str):
    assert level_said(acr) == level
    assert level_of(who("provider", acr)) == level


def test_only_a_provider_says_more_than_that_they_signed_in():
    assert level_of(None) == "none"
    assert level_of(who("code", "high")) == "low"
    assert level_of(who("password", "high", None)) == "none"


@pytest.mark.parametrize(("established", "level"), [("document", "high"), ("code", "low"), ("unverified", "none")])
def test_beside_staff_it_is_as_sure_as_it_was_established(established: str, level: str):
    assert level_of(who("password", "", None), Assisted(1, "eva", "Ana", established)) == level


def test_a_provider_is_asked_for_every_word_that_is_enough():
    assert acr_values("substantial").split() == [
        *("substantial", "http://eidas.europa.eu/LoA/substantial", "urn:two"),
        *("high", "http://eidas.europa.eu/LoA/high", "urn:card"),
    ]


@pytest.mark.parametrize("wrong", ["urn:two", "enormous=urn:two", "high=", "high=a b", "high=a,"])
def test_words_that_explain_nothing_are_refused(choose: Choose, wrong: str):
    choose(oidc_acr=wrong)
    with pytest.raises(SettingsError, match="ATRIO_OIDC_ACR"):
        settings()
