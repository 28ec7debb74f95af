"""Letters between somebody and whoever acts for them: the offer, who did it, copies; and that none of the copies opens anything."""

from typing import Any

import pytest

from booking.appointments import Booked, cancel, move
from booking.mandates import BOOK, RECEIVE, SEE, Acting, revoke
from booking.people import Mandate as Offer
from booking.settings import Settings
from booking.store import Store, write
from locales.catalogue import _, use_language
from tests.booking.test_acting import books
from tests.booking.test_mandates import ANAS, arrives, granted, pair
from tests.booking.towns import NINE, NOW, key, minutes
from tests.portal.test_letters import deliver_due, files, html, mail, outcomes, part

LANGUAGES = ["pt", "en", "es", "ar"]


@pytest.fixture
def chosen(tmp_path) -> Settings:
    return Settings(data=tmp_path / "data", _env_file=None)  # pyright: ignore[reportCallIssue]


def letters(town: Store, chosen: Settings) -> dict[str, Any]:
    """What goes out now, by whom it goes to."""
    known = set(files(chosen))
    assert set(deliver_due(town, chosen)) <= {""}
    return {message["To"].addresses[0].addr_spec.lower(): message for message in map(mail, set(files(chosen)) - known)}


def acting_pair(town: Store, chosen: Settings, *scopes: str) -> tuple[Acting, int]:
    ana, karim, mandate = pair(town, scopes=scopes)
    assert letters(town, chosen) == {}  # the offer was answered before its letter went out
    return Acting(karim, ana), mandate


def words(message: Any) -> str:
    return part(message, "text/plain")


def opens_nothing(message: Any, booked: Booked) -> bool:
    said = message.as_bytes().decode() + words(message) + " ".join(html(message).links)
    return booked.access_key not in said and not any("#" in link for link in html(message).links)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offer_says_who_asks_what_for_and_until_when_and_its_link_does_nothing(
    town: Store, chosen: Settings, language: str
):
    ana = arrives(town, ANAS)
    granted(town, ana)
    write(town, lambda session: setattr(session.get(Offer, 1), "language", language))
    (offer,) = letters(town, chosen).values()
    with use_language(language):
        assert offer["Subject"] == _("{name} would like you to act for them", name="Ana Lopes")
        said = words(offer)
        assert all(sentence in said for sentence in (_("Book appointments"), "2028"))
        assert _("Get the letters too") not in said
    assert [link.partition("/me/")[2] for link in html(offer).links] == [""]


def test_an_offer_that_was_taken_back_is_told_to_nobody(town: Store, chosen: Settings):
    ana = arrives(town, ANAS)
    write(town, revoke, NOW, ana, granted(town, ana))
    assert letters(town, chosen) == {}
    assert outcomes(town) == [("overtaken", "")]


def test_an_offer_by_text_message_fits_and_names_who_asks(town: Store, chosen: Settings):
    granted(town, arrives(town, ANAS), contact="912 345 678")
    assert deliver_due(town, chosen) == [""]
    (text,) = files(chosen, "*.txt")
    assert "Ana Lopes" in text.decode()


def test_the_owners_letter_says_who_did_it(town: Store, chosen: Settings):
    acting, _mandate = acting_pair(town, chosen, SEE, BOOK)
    booked = books(town, acting)
    told = letters(town, chosen)
    assert list(told) == ["ana@example.org"]
    with use_language("pt"):
        assert _("Booked for you by {name}.", name="my brother Karim") in words(told["ana@example.org"])
        assert booked.access_key in words(told["ana@example.org"])
        write(town, move, NOW, booked.reference, "", NINE + minutes(20), once=key("move"), acting=acting)
        moved = letters(town, chosen)["ana@example.org"]
        assert _("Moved for you by {name}.", name="my brother Karim") in words(moved)
        write(town, cancel, NOW, booked.reference, "", once=key("cancel"), acting=acting)
        cancelled = letters(town, chosen)["ana@example.org"]
        assert _("Cancelled for you by {name}.", name="my brother Karim") in words(cancelled)


def test_what_they_did_themselves_says_so_of_nobody(town: Store, chosen: Settings):
    acting, _mandate = acting_pair(town, chosen, SEE, BOOK)
    booked = books(town, acting)
    letters(town, chosen)
    write(town, cancel, NOW, booked.reference, booked.access_key, once=key("cancel"))
    assert "Karim" not in words(letters(town, chosen)["ana@example.org"])


def test_whoever_receives_gets_the_same_without_anything_that_opens_it(town: Store, chosen: Settings):
    acting, mandate = acting_pair(town, chosen, BOOK, RECEIVE)
    booked = books(town, acting)
    copy = letters(town, chosen)["karim@example.org"]
    assert "Ana Lopes" in copy["Subject"]
    assert opens_nothing(copy, booked)
    assert [each.get_content_type() for each in copy.walk()].count("text/calendar") == 0
    write(town, cancel, NOW, booked.reference, booked.access_key, once=key("cancel"))
    write(town, revoke, NOW, acting.owner_id, mandate)
    assert list(letters(town, chosen)) == ["ana@example.org"]


def test_the_owner_is_told_where_the_appointments_own_letters_go_elsewhere(town: Store, chosen: Settings):
    acting, _mandate = acting_pair(town, chosen, SEE, BOOK)
    booked = books(town, acting)

    def goes_elsewhere(session) -> None:
        appointment = session.get(type(booked.appointment), booked.appointment.id)
        appointment.email = appointment.contact = "elsewhere@example.org"

    letters(town, chosen)
    write(town, goes_elsewhere)
    write(town, cancel, NOW, booked.reference, "", once=key("cancel"), acting=acting)
    told = letters(town, chosen)
    assert set(told) == {"ana@example.org", "elsewhere@example.org"}
    assert opens_nothing(told["ana@example.org"], booked)
    with use_language("pt"):
        assert _("Cancelled for you by {name}.", name="my brother Karim") in words(told["ana@example.org"])
