"""Whatever is typed, pasted or tampered with: a plain sentence, no trace of the machinery, nothing half-written."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from booking.references import KEY_SYMBOLS, SYMBOLS
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, WAY, Resident

MARKUP = "<img src=x onerror=\"window.wasRun='yes'\"><script>window.wasRun='yes'</script>"
MACHINERY = ("Traceback", "Exception", "Error:", ".py", "sqlalchemy", "pydantic", "undefined", "NaN", "[object", "None,")


@pytest.fixture(autouse=True)
def nothing_of_the_machinery_shows(page: Page):
    """On whatever page a test ends, and no markup that was typed in has run there."""
    yield
    shown = page.get_by_role("main").inner_text()
    assert [word for word in MACHINERY if word in shown] == []
    assert page.evaluate("window.wasRun") is None


# Tampered with: what no button of ours sends

def test_a_time_in_the_past_is_refused_and_another_can_be_chosen(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(TIME)
    _choose_instead(page, "time", "2020-01-07T09:00Z")
    resident.press("Continue")
    resident.reads("That time has already passed. Please choose another one.")
    resident.choose_a_time()
    resident.stands_at(DETAILS)


@pytest.mark.parametrize(
    ("time", "sentence"),
    [
        ("2099-01-07T09:00Z", "That is too far ahead. You can book up to {day}."),
        ("tomorrow", "Please choose a time."),
        ("", "Please choose a time."),
        ("2026-11-30T09:00", "Please choose a time."),
        ("9" * 5000, "Please choose a time."),
    ],
)
def test_a_time_that_is_none_of_ours_is_refused(page: Page, address: str, time: str, sentence: str) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(TIME)
    _choose_instead(page, "time", time)
    resident.press("Continue")
    resident.reads(sentence)
    resident.choose_a_time()
    resident.stands_at(DETAILS)


def test_a_time_when_we_are_closed_is_refused(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(TIME)
    at_three_in_the_night = resident.times_of(3).first.locator("input").get_attribute("value") or ""
    _choose_instead(page, "time", f"{at_three_in_the_night[:10]}T03:00Z")
    resident.press("Continue")
    resident.reads("We are not open at that time. Please choose one of the times below.")


def test_going_on_without_a_choice_says_what_is_missing(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.begin()
    resident.press("Continue")
    resident.reads("Please choose one of these ways.")
    resident.choose_a_way()
    resident.stands_at(TIME)
    resident.press("Continue")
    resident.reads("Please choose a time.")


@pytest.mark.parametrize(
    ("service", "sentence"),
    [
        ("no-such-service", "We do not know this service. It may have a new name: please choose it from the list."),
        (MARKUP, "We do not know this service. It may have a new name: please choose it from the list."),
        ("x" * 3000, "We do not know this service. It may have a new name: please choose it from the list."),
        ("marriage,consult-file", "These cannot be done in one visit. Please book them one after the other."),
    ],
)
def test_a_service_that_cannot_be_booked_is_named_so_with_a_way_on(
    page: Page, address: str, service: str, sentence: str
) -> None:
    resident = Resident(page, address, "en", service=quote(service))
    resident.begin()
    resident.reads(sentence)
    page.get_by_role("link", name=resident.words("Choose a service from the list")).click()
    resident.title_is("All services")


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ("in_person:serra", "This is not offered there in that way. Please choose one of the ways below."),
        ("phone:pacos", "This is not offered there in that way. Please choose one of the ways below."),
        ("in_person:atlantis", "We do not know this place. Please choose one of the places below."),
        ("by_pigeon:pacos", "This is not offered there in that way. Please choose one of the ways below."),
        ("nonsense", "Please choose one of these ways."),
        (MARKUP, "Please choose one of these ways."),
    ],
)
def test_a_service_that_is_not_offered_there_is_refused(page: Page, address: str, way: str, sentence: str) -> None:
    resident = Resident(page, address, "en", service="architect-meeting")
    resident.begin()
    _choose_instead(page, "way", way)
    resident.press("Continue")
    resident.reads(sentence)
    resident.choose_a_way()
    resident.stands_at(TIME)


def test_more_people_than_can_come_together_are_refused(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.begin()
    page.locator("#people option").last.evaluate("option => { option.value = '99'; option.selected = true; }")
    resident.choose_a_way()
    resident.reads("At most {n} people can come together for this. Please ring us if you are more.")


# Typed

def test_a_name_of_ten_thousand_characters_is_asked_to_be_shorter(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en", name="Amina " * 1_667)
    resident.get_to(DETAILS)
    resident.say_who()
    expect(page.locator("#errors")).to_be_focused()
    resident.reads("Please shorten this to {n} characters.", n="120")
    resident.field("Name").fill("Amina who came back")
    resident.press("Continue")
    resident.stands_at(CHECK)


@pytest.mark.parametrize(
    "name",
    [
        "Zoë 👩‍👩‍👧‍👦 Ångström 🇵🇹",
        "أمينة حدّاد بنت عبد الرحمن",
        "נעמי כהן",
        "O'Brien-Nuñez & Co. \"Lda\"",
        "João {name} %s ${7*7} {{7*7}} \\n",
        "山田太郎",
        f"Amina {MARKUP}"[:110],
    ],
    ids=["emoji", "arabic", "hebrew", "quotes", "templates", "japanese", "markup"],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_any_name_is_shown_and_kept_as_it_was_typed(
    page: Page, address: str, book: OpenBook, name: str, language: str
) -> None:
    resident = Resident(page, address, language, name=name)
    already = len(book.appointments_of(name))
    resident.get_to(CHECK)
    expect(page.locator("dd", has_text=name).first).to_be_visible()
    resident.confirm()
    resident.stands_at(DONE)
    assert len(book.appointments_of(name)) == already + 1
    assert page.evaluate("window.wasRun") is None


def test_markup_in_every_field_is_text_and_nothing_runs(page: Page, address: str) -> None:
    resident = Resident(page, address, "en", name=MARKUP, email=MARKUP, phone=MARKUP)
    resident.get_to(DETAILS)
    resident.field("If you need an interpreter: for which language?").fill(MARKUP[:60])
    resident.field("An interpreter").check()
    resident.say_who()
    resident.reads("This is not a complete e-mail address. It looks like name@example.org.")
    resident.reads("This is not a complete telephone number. For a number from abroad, begin with + and the country.")
    page.reload()
    resident.stands_at(DETAILS)
    expect(resident.field("Name")).to_have_value(MARKUP)
    resident.email, resident.phone = "amina@example.org", ""
    resident.say_who()
    resident.stands_at(CHECK)
    expect(page.get_by_role("main")).to_contain_text(MARKUP)
    expect(page.locator("main img, main script")).to_have_count(0)


def test_markup_in_the_search_is_text_and_nothing_runs(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.open(f"/services/?q={quote(MARKUP)}")
    resident.reads("We found nothing for “{question}”")
    expect(page.get_by_role("main")).to_contain_text("<img src=x")
    expect(page.locator("#q")).to_have_value(MARKUP)


@pytest.mark.parametrize("query", ["news=moved", f"news={quote(MARKUP)}", "service[]=1&service=", "q=%00%ff%F0%9F", "a" * 4000])
@pytest.mark.parametrize("path", ["/appointment/", "/services/", "/book/"])
def test_a_strange_address_shows_an_ordinary_page(page: Page, address: str, path: str, query: str) -> None:
    resident = Resident(page, address, "en")
    resident.open(f"{path}?{query}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".moment")).to_have_count(0)
    expect(page.get_by_text(resident.words("Your appointment has a new time. The old one is free for somebody else."))).to_have_count(0)
    expect(page.get_by_text("Something broke on our side")).to_have_count(0)


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


# Codes

def test_codes_are_forgiven_small_letters_spaces_and_a_missing_prefix(
    page: Page, new_context: Callable[..., BrowserContext], address: str
) -> None:
    reference, access_key = Resident(page, address, "en").book()
    other = Resident(new_context().new_page(), address, "en")
    other.look_up(f" {reference.lower().removeprefix('vc-').replace('-', '  ')} ", f"{access_key.lower().replace('-', ' ')} ")
    other.title_is("Your appointment")


def test_a_typing_slip_is_caught_in_the_form(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    reference, access_key = resident.book()
    resident.page = page.context.new_page()
    slip = reference[:-1] + next(symbol for symbol in SYMBOLS if symbol != reference[-1])
    resident.look_up(slip, access_key)
    resident.reads("There is a typing slip in the booking code. Please compare it with your confirmation, sign by sign.")
    expect(resident.page.locator("#errors")).to_be_focused()
    resident.type_codes(reference, access_key)
    resident.title_is("Your appointment")


def test_a_wrong_key_and_a_reference_nobody_has_are_answered_alike(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    reference, access_key = resident.book()
    wrong = access_key[:-1] + next(symbol for symbol in KEY_SYMBOLS if symbol != access_key[-1])
    for typed in ((reference, wrong), ("VC-2222-2220", access_key)):
        resident.page = page.context.new_page()
        resident.look_up(*typed)
        resident.reads(
            "We cannot find an appointment with these two codes. Please check both, or ring us and we will look together."
        )


@pytest.mark.parametrize("typed", ["", "VC", "x" * 5000, "👩‍👧", MARKUP, "\u202eVC-7K2M-94QX", "' OR 1=1 --"])
def test_anything_in_the_boxes_for_codes_is_answered_with_a_sentence(page: Page, address: str, typed: str) -> None:
    resident = Resident(page, address, "en")
    resident.look_up(typed, typed)
    expect(page.locator("#errors a").first).to_be_visible()
    expect(page.locator("#reference")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("fragment", ["VC-2222-2220.AAAA", "nothing", ".", "." * 3000, f"VC.{MARKUP}"])
@pytest.mark.parametrize("path", ["/appointment/", "/video/"])
def test_a_link_that_opens_nothing_says_so(page: Page, address: str, path: str, fragment: str) -> None:
    resident = Resident(page, address, "en")
    resident.open(f"{path}#{fragment}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if path == "/video/":
        resident.reads(
            "This link does not open an appointment. Please check that you copied all of it, or use your two codes."
        )
    else:
        expect(resident.field("Booking code")).to_be_visible()


@pytest.mark.parametrize("step", ["/appointment/move/", "/appointment/cancel/"])
def test_moving_and_cancelling_without_codes_lead_to_where_they_are_asked_for(page: Page, address: str, step: str) -> None:
    resident = Resident(page, address, "en")
    resident.open(step)
    resident.title_is("Find my appointment")


def test_a_cancelled_appointment_cannot_be_moved_from_a_tab_left_open(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    reference, access_key = resident.book()
    resident.follow("Move it")
    resident.title_is("Choose another time")
    other = Resident(page.context.new_page(), address, "en")
    other.look_up(reference, access_key)
    other.cancel()
    resident.times_of(4).first.click()
    resident.press("Take this time instead")
    expect(page.get_by_role("alert").filter(has_text=".").or_(page.get_by_text(resident.words("This appointment is cancelled"))).first).to_be_visible()
    assert book.the_appointment_of(resident.name).state == "cancelled"


# The calendar file, asked for without our form

@pytest.mark.parametrize(
    "form",
    [{}, {"reference": "VC-2222-2220", "access_key": "x"}, {"reference": "x" * 100_000, "access_key": MARKUP}, {"a": "b"}],
)
def test_a_calendar_file_without_the_right_codes_is_not_given(page: Page, address: str, form: dict[str, str]) -> None:
    page.goto(f"{address}/en/services/")
    answer = page.request.post(f"{address}/en/appointment/invite.ics", form=form, max_redirects=0)
    assert answer.status in (303, 400, 403, 413)
    assert "BEGIN:VCALENDAR" not in answer.text()
    assert "Traceback" not in answer.text()


def test_the_calendar_file_answers_whatever_body_comes_with_a_refusal(page: Page, address: str) -> None:
    page.goto(f"{address}/en/services/")
    for body, kind in ((b"\xff\xfe\x00", "application/x-www-form-urlencoded"), (b"{}", "application/json"), (b"--x\r\n", "multipart/form-data; boundary=x")):
        answer = page.request.post(f"{address}/xx/appointment/invite.ics", data=body, headers={"content-type": kind}, max_redirects=0)
        assert answer.status < 500, (body, kind)
        assert "Traceback" not in answer.text()


def _choose_instead(page: Page, name: str, value: str) -> None:
    """Somebody changes what a choice sends before sending it."""
    page.locator(f"input[name={name}]").first.evaluate("(radio, value) => { radio.value = value; radio.checked = true; }", value)
