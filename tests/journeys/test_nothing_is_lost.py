"""Back, reload, a second tab, a lost connection, an impatient hand: at every step nothing is lost and nothing is doubled."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.line import Line
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, CODE, DETAILS, DONE, TIME, TITLES, WAY, Resident

SAVED_WITHIN = 1_000  # milliseconds after the last key


def reload(resident: Resident) -> None:
    resident.page.reload()


def go_back_and_forward(resident: Resident) -> None:
    here = resident.page.get_by_role("heading", level=1).inner_text()
    resident.page.go_back()
    expect(resident.page.get_by_role("heading", level=1)).not_to_have_text(here)
    resident.page.go_forward()


def go_on_in_a_copy_of_the_tab(resident: Resident) -> None:
    with resident.page.context.expect_page() as copy:
        resident.page.evaluate("window.open(location.href)")
    resident.page = copy.value


@pytest.mark.parametrize("disturb", [reload, go_on_in_a_copy_of_the_tab])
def test_disturbed_at_every_step_the_journey_ends_in_one_appointment(
    page: Page, address: str, book: OpenBook, disturb: Callable[[Resident], None]
) -> None:
    resident = Resident(page, address)
    disturbed: list[str] = []

    def pause(step: str) -> None:
        disturb(resident)
        disturbed.append(step)

    reference, _access_key = resident.book(pause=pause)
    assert disturbed == [step for step in TITLES if step != CODE]  # limits are lifted here, so no code is asked for
    assert book.the_appointment_of(resident.name).reference == reference


def test_back_and_forward_at_every_step_loses_nothing(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    resident.open("/services/residence-certificate/")
    reference, _access_key = resident.book(pause=lambda step: None if step == DONE else go_back_and_forward(resident))
    assert book.the_appointment_of(resident.name).reference == reference


def test_on_the_way_back_every_answer_is_still_given(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(DETAILS)
    resident.field("An interpreter").check()
    resident.say_who()
    resident.stands_at(CHECK)
    kept_until = page.locator(".notice.now b").inner_text()

    page.go_back()
    resident.stands_at(DETAILS)
    expect(resident.field("Name")).to_have_value(resident.name)
    expect(resident.field("E-mail")).to_have_value(resident.email)
    expect(resident.field("An interpreter")).to_be_checked()
    page.go_back()
    resident.stands_at(TIME)
    chosen = page.locator("input[name=time]:checked")
    expect(chosen).to_have_count(1)
    instant = chosen.get_attribute("value")
    page.go_back()
    resident.stands_at(WAY)
    expect(page.locator("input[name=way]:checked")).to_have_count(1)

    for step in (WAY, TIME, DETAILS):
        resident.stands_at(step)
        resident.press("Continue")
    resident.stands_at(CHECK)
    expect(page.locator(".notice.now b")).to_have_text(kept_until)
    resident.confirm()
    resident.stands_at(DONE)
    promised = book.the_appointment_of(resident.name)
    assert f"{promised.start_at:%Y-%m-%dT%H:%MZ}" == instant
    assert promised.needs == ("interpreter",)


def test_what_was_typed_survives_a_reload_a_second_after_the_last_key(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(DETAILS)
    typed = {
        "Name": resident.name,
        "E-mail": "not yet compl",
        "Phone": "91",
        "If you need an interpreter: for which language?": "Tamil",
    }
    for label, text in typed.items():
        resident.field(label).press_sequentially(text)
    resident.field("An interpreter").check()
    resident.field("In which language shall we write and speak to you?").select_option("es")
    page.wait_for_timeout(SAVED_WITHIN)
    page.reload()
    resident.stands_at(DETAILS)
    for label, text in typed.items():
        expect(resident.field(label)).to_have_value(text)
    expect(resident.field("An interpreter")).to_be_checked()
    expect(resident.field("In which language shall we write and speak to you?")).to_have_value("es")


def test_answers_given_while_the_connection_is_lost_arrive_when_it_is_back(page: Page, address: str, book: OpenBook) -> None:
    line, resident = Line(page), Resident(page, address, "en")
    resident.begin()
    for step, answer in ((WAY, resident.choose_a_way), (TIME, resident.choose_a_time), (DETAILS, resident.say_who)):
        resident.stands_at(step)
        line.cut()
        expect(page.locator(".offline")).to_contain_text(resident.words("The connection is lost."))
        answer()
        line.mend()
    resident.stands_at(CHECK)
    line.cut()
    expect(page.locator(".offline")).to_contain_text(resident.words("The connection is lost."))
    resident.confirm()
    assert book.appointments_of(resident.name) == []
    line.mend()
    resident.stands_at(DONE)
    expect(page.locator(".offline")).to_be_empty()
    assert book.the_appointment_of(resident.name).reference == resident.codes()[0]


def test_what_is_typed_while_the_connection_is_lost_is_kept(page: Page, address: str) -> None:
    line, resident = Line(page), Resident(page, address, "en")
    resident.get_to(DETAILS)
    line.cut()
    expect(page.locator(".offline")).to_contain_text(resident.words("The connection is lost."))
    resident.field("Name").press_sequentially(resident.name)
    page.wait_for_timeout(SAVED_WITHIN)
    line.mend()
    expect(page.locator(".offline")).to_be_empty()
    expect(resident.field("Name")).to_have_value(resident.name)
    page.wait_for_timeout(SAVED_WITHIN)
    page.reload()
    expect(resident.field("Name")).to_have_value(resident.name)


def test_pressing_every_button_twice_books_moves_and_cancels_once(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, clicks=2)
    reference, _access_key = resident.book()
    booked = book.the_appointment_of(resident.name)
    assert booked.reference == reference
    resident.move()
    assert book.the_appointment_of(resident.name).sequence == booked.sequence + 1
    resident.cancel()
    assert book.the_appointment_of(resident.name).sequence == booked.sequence + 2


def test_events_that_arrive_twice_book_move_and_cancel_once(page: Page, address: str, book: OpenBook) -> None:
    line, resident = Line(page, stutters=True), Resident(page, address)
    resident.book()
    booked = book.the_appointment_of(resident.name)
    resident.move()
    resident.cancel()
    assert book.the_appointment_of(resident.name).sequence == booked.sequence + 2
    assert line.said_twice > 10


def test_confirming_in_two_tabs_makes_one_appointment_and_both_show_it(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address)
    resident.get_to(CHECK)
    twin = Resident(page, address, name=resident.name)
    go_on_in_a_copy_of_the_tab(twin)
    twin.stands_at(CHECK)
    resident.confirm()
    twin.confirm()
    for each in (resident, twin):
        each.stands_at(DONE)
    assert resident.codes() == twin.codes()
    assert book.the_appointment_of(resident.name).reference == resident.codes()[0]


def test_two_tabs_opened_apart_are_two_bookings_that_do_not_mix(page: Page, address: str, book: OpenBook) -> None:
    first = Resident(page, address, "pt")
    second = Resident(page.context.new_page(), address, "en", service="marriage")
    first.get_to(DETAILS)
    second.get_to(DETAILS)
    for each in (first, second):
        each.say_who()
    for each in (second, first):
        each.stands_at(CHECK)
        each.confirm()
        each.stands_at(DONE)
        assert book.the_appointment_of(each.name).services == (each.service,)


@pytest.mark.parametrize("step", ["/book/", "/book/when/", "/book/details/", "/book/check/", "/book/done/"])
def test_a_fresh_tab_in_the_middle_of_a_journey_leads_to_where_one_begins(page: Page, address: str, step: str) -> None:
    resident = Resident(page, address, "en")
    resident.open(step)
    resident.title_is("All services")


def test_back_from_the_confirmation_leads_out_of_it(page: Page, address: str) -> None:
    """The steps before it are over; Back must not lead round in a circle for ever."""
    resident = Resident(page, address, "en")
    resident.open("/services/residence-certificate/")
    start = page.get_by_role("heading", level=1).inner_text()
    resident.book()
    for _press in range(8):
        page.evaluate("history.back()")
        page.wait_for_timeout(400)  # long enough for a page that sends us on
        if page.get_by_role("heading", level=1).inner_text() == start:
            return
    raise AssertionError("Eight presses of Back don't lead to the page before the journey")


def test_a_second_booking_in_the_same_tab_leaves_the_first_one_alone(page: Page, address: str, book: OpenBook) -> None:
    first, second = Resident(page, address), Resident(page, address)
    reference, _access_key = first.book()
    second.book()
    assert book.the_appointment_of(first.name).reference == reference
    expect(page.locator(".done dd bdi").first).to_have_text(book.the_appointment_of(second.name).reference)


def test_a_second_booking_in_the_same_tab_never_shows_the_first_ones_codes(page: Page, address: str) -> None:
    resident = Resident(page, address)
    reference, _access_key = resident.book()
    resident.get_to(CHECK)
    page.evaluate(
        """reference => {
          window.everShown = false;
          new MutationObserver(() => { window.everShown ||= document.body.innerText.includes(reference); })
            .observe(document.body, {subtree: true, childList: true, characterData: true});
        }""",
        reference,
    )
    resident.confirm()
    resident.stands_at(DONE)
    resident.codes()
    assert not page.evaluate("window.everShown")


def test_giving_up_leaves_nothing_behind(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "en")
    resident.get_to(CHECK)
    resident.press("Do not book")
    resident.title_is("What do you need from the town?")
    resident.begin()
    expect(page.locator("input[name=way]:checked")).to_have_count(0)
    resident.choose_a_way()
    resident.stands_at(TIME)
    resident.choose_a_time()
    resident.stands_at(DETAILS)
    expect(resident.field("Name")).to_have_value("")
    assert book.appointments_of(resident.name) == []


def test_another_language_in_the_middle_of_the_journey_keeps_the_answers(page: Page, address: str, book: OpenBook) -> None:
    resident = Resident(page, address, "pt")
    resident.get_to(CHECK)
    page.locator("details.menu summary").first.click()
    page.locator("a[hreflang=ar]").click()
    resident.language = "ar"
    resident.stands_at(CHECK)
    expect(page.get_by_role("main")).to_contain_text(resident.name)
    resident.confirm()
    resident.stands_at(DONE)
    assert book.the_appointment_of(resident.name).reference == resident.codes()[0]


def test_an_appointment_that_was_booked_here_and_closed_leaves_nothing_in_the_tab(page: Page, address: str) -> None:
    resident = Resident(page, address, "en")
    reference, access_key = resident.book()
    resident.open("/appointment/")
    resident.press("Close it on this device")
    resident.title_is("Find my appointment")
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    for route in ("/book/done/", "/book/check/", "/book/details/", "/appointment/", "/privacy/"):
        resident.open(route)
        page.wait_for_timeout(500)
        expect(page.locator("body")).not_to_contain_text(access_key)
    assert heard
    told = "".join(heard) + page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    for secret in (reference, access_key, resident.name, resident.email):
        assert secret not in told


def test_an_appointment_that_was_opened_stays_open_after_a_reload_and_closes_for_good(
    page: Page, new_context: Callable[..., BrowserContext], address: str
) -> None:
    codes = Resident(page, address).book()
    other = Resident(new_context().new_page(), address, "en")
    other.look_up(*codes)
    other.title_is("Your appointment")
    other.page.reload()
    other.title_is("Your appointment")
    other.press("Close it on this device")
    other.title_is("Find my appointment")
    other.page.reload()
    other.title_is("Find my appointment")
