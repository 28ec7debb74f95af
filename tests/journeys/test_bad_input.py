"""Whatever is typed, pasted or tampered with: a plain sentence, no trace of the machinery, nothing half-written."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.machinery import signs_of_machinery
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, WAY, Resident

MARKUP = "<img src=x onerror=\"window.wasRun='yes'\"><script>window.wasRun='yes'</script>"
NAMES = (
    "Zoë 👩‍👩‍👧‍👦 Ångström 🇵🇹",
    "أمينة حدّاد بنت عبد الرحمن",
    "נעמי כהן",
    "山田太郎",
    'O\'Brien-Nuñez & Co. "Lda"',
    "João {{7*7}} ${7*7} %s \\n",
    MARKUP,
)
UNKNOWN_SERVICE = "We do not know this service. It may have a new name: please choose it from the list."
NOT_TOGETHER = "These cannot be done in one visit. Please book them one after the other."
NOT_THERE = "This is not offered there in that way. Please choose one of the ways below."
UNKNOWN_PLACE = "We do not know this place. Please choose one of the places below."
NO_WAY = "Please choose one of these ways."
NO_TIME = "Please choose a time."


@pytest.fixture(autouse=True)
def nothing_shows_through(page: Page) -> Iterator[None]:
    """On whatever page a test ends: nothing of the machinery, no trouble of ours, and no markup that ran."""
    yield
    assert signs_of_machinery(page.get_by_role("main").inner_text()) == []
    assert page.evaluate("window.wasRun") is None
    expect(page.get_by_text("Something broke on our side")).to_have_count(0)


def test_a_time_that_is_none_of_ours_is_refused_in_a_sentence_and_another_can_be_chosen(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(TIME)
    open_day = (resident.times_of(3).first.locator("input").get_attribute("value") or "")[:10]
    for tampered, sentence in (
        ("2020-01-07T09:00Z", "That time has already passed. Please choose another one."),
        (f"{open_day}T03:00Z", "We are not open at that time. Please choose one of the times below."),
        ("2099-01-07T09:00Z", "That is too far ahead. You can book up to {day}."),
        (f"{open_day}T10:00", NO_TIME),
        ("tomorrow", NO_TIME),
        ("9" * 5_000, NO_TIME),
        (MARKUP, NO_TIME),
    ):
        _choose_instead(page, "time", tampered)
        resident.press("Continue")
        resident.reads(sentence)
        resident.open("/book/when/")
        resident.stands_at(TIME)
    resident.choose_a_time()
    resident.stands_at(DETAILS)


def test_a_way_that_is_not_offered_is_refused_where_the_others_can_be_chosen(page: Page, address: str) -> None:
    resident = Resident(page, address, "en", service="architect-meeting")
    for tampered, sentence in (
        ("in_person:serra", NOT_THERE),
        ("phone:pacos", NOT_THERE),
        ("by_pigeon:pacos", NOT_THERE),
        ("in_person:atlantis", UNKNOWN_PLACE),
        ("nonsense", NO_WAY),
        (MARKUP, NO_WAY),
    ):
        resident.begin()
        _choose_instead(page, "way", tampered)
        resident.press("Continue")
        resident.reads(sentence)
        resident.stands_at(WAY)
    resident.choose_a_way()
    resident.stands_at(TIME)


def test_more_people_than_can_come_together_are_refused(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.begin()
    page.locator("#people option").last.evaluate("option => { option.value = '99'; option.selected = true; }")
    resident.choose_a_way()
    expect(page.get_by_role("alert").filter(has_text="At most 4 people can come together for this.")).to_be_visible()
    resident.stands_at(WAY)


def test_going_on_without_a_choice_takes_the_focus_to_what_is_missing_and_from_there_to_the_question(
    page: Page, address: str
) -> None:
    resident = Resident(page, address, "en")
    resident.begin()
    _asks_for_a_choice(resident, "Continue", NO_WAY, "way")
    resident.choose_a_way()
    resident.stands_at(TIME)
    _asks_for_a_choice(resident, "Continue", NO_TIME, "time")
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    page.go_back()
    resident.stands_at(TIME)
    expect(page.locator("#errors")).to_have_count(0)


def test_moving_to_no_time_at_all_takes_the_focus_to_what_is_missing(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.book()
    resident.follow("Move it")
    resident.title_is("Choose another time")
    resident.all_is_there()
    _asks_for_a_choice(resident, "Take this time instead", NO_TIME, "time")


@pytest.mark.parametrize(
    ("service", "sentence"),
    [
        ("no-such-service", UNKNOWN_SERVICE),
        (MARKUP, UNKNOWN_SERVICE),
        ("x" * 3_000, UNKNOWN_SERVICE),
        ("marriage,consult-file", NOT_TOGETHER),
    ],
    ids=["unknown", "markup", "endless", "not together"],
)
def test_a_service_that_cannot_be_booked_is_refused_with_a_way_on(
    page: Page, address: str, service: str, sentence: str
) -> None:
    resident = Resident(page, address, "en", service=quote(service))
    resident.begin()
    resident.reads(sentence)
    page.get_by_role("link", name=resident.words("Choose a service from the list")).click()
    resident.title_is("All services")


def test_a_name_of_ten_thousand_characters_is_asked_to_be_shorter(page: Page, address: str) -> None:
    resident = Resident(page, address, "en", name="Amina " * 1_667)
    resident.get_to(DETAILS)
    resident.say_who()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#name-error")).to_contain_text("120")
    resident.name = "Amina, who made it shorter"
    resident.say_who()
    resident.stands_at(CHECK)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_any_name_is_shown_as_it_was_typed(page: Page, address: str, language: str) -> None:
    resident = Resident(page, address, language)
    resident.get_to(CHECK)
    for name in NAMES:
        page.go_back()
        resident.stands_at(DETAILS)
        resident.name = name
        resident.say_who()
        resident.stands_at(CHECK)
        expect(page.locator("dd").filter(has_text=name)).to_have_count(1)


def test_a_name_of_markup_is_kept_as_it_was_typed(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en", name=f"{MARKUP} {id(page)}")
    resident.book()
    assert book.the_appointment_of(resident.name).reference == resident.codes()[0]


def test_markup_in_every_field_is_text_and_nothing_runs(page: Page, address: str) -> None:
    resident = Resident(page, address, "en", name=MARKUP, email=MARKUP, phone=MARKUP[:40])
    resident.get_to(DETAILS)
    resident.field("If you need an interpreter: for which language?").fill(MARKUP[:60])
    resident.field("An interpreter").check()
    resident.say_who()
    resident.reads("This is not a complete e-mail address. It looks like name@example.org.")
    resident.reads("This is not a complete phone number. For a number from abroad, begin with + and the country.")
    page.reload()
    resident.stands_at(DETAILS)
    expect(resident.field("Name")).to_have_value(MARKUP)
    resident.email, resident.phone = "amina@example.org", ""
    resident.say_who()
    resident.stands_at(CHECK)
    expect(page.get_by_role("main")).to_contain_text(MARKUP)
    expect(page.locator("main img, main script")).to_have_count(0)
    resident.confirm()
    resident.stands_at(DONE)
    expect(page.locator("main img, main script")).to_have_count(0)


def test_markup_in_the_search_is_text_and_nothing_runs(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.open(f"/services/?q={quote(MARKUP)}")
    resident.reads("We found nothing for “{question}”")
    expect(page.get_by_role("main")).to_contain_text("<img src=x")
    expect(page.locator("#q")).to_have_value(MARKUP)
    expect(page.locator("main img, main script")).to_have_count(0)


@pytest.mark.parametrize("missing", ["Name", "E-mail"])
def test_a_missing_answer_is_asked_for_at_its_field_and_in_the_summary(page: Page, address: str, missing: str) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(DETAILS)
    setattr(resident, {"Name": "name", "E-mail": "email"}[missing], "")
    resident.say_who()
    field = resident.field(missing)
    expect(page.locator("#errors")).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    page.locator("#errors a").click()
    expect(field).to_be_focused()
    expect(page.locator(f"#{field.get_attribute('id')}-error")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/appointment/", "/services/", "/book/", "/services/marriage/"])
def test_a_strange_address_shows_an_ordinary_page(page: Page, address: str, path: str) -> None:
    resident = Resident(page, address, "en")
    for query in (f"news={quote(MARKUP)}", "news=moved", "q=%00%ff%F0%9F", "service[]=1&service=&mode=\u202e", "a" * 4_000):
        resident.open(f"{path}?{query}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        resident.all_is_there()
        expect(page.locator(".notice.ok")).to_have_count(0)


def _asks_for_a_choice(resident: Resident, button: str, sentence: str, name: str) -> None:
    """However often the button is pressed without a choice, somebody far down the page is shown what is missing."""
    errors = resident.page.locator("#errors")
    for _again in range(2):
        resident.press(button)
        expect(errors).to_be_focused()
        expect(errors).to_be_in_viewport()
        expect(errors).to_contain_text(resident.words(sentence))
        resident.button(button).focus()
    errors.get_by_role("link").click()
    expect(resident.page.locator(f"input[name={name}]").first).to_be_focused()
    expect(resident.page.locator(f"#{name}-error")).to_be_in_viewport()


def _choose_instead(page: Page, name: str, value: str) -> None:
    """Somebody changes what a choice sends before sending it."""
    radio = page.locator(f"input[name={name}]").first
    radio.evaluate("(radio, value) => { radio.value = value; radio.checked = true; }", value)
