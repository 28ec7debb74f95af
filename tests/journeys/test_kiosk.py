"""At the kiosk: paired once, a number in three touches, an appointment that has come, nobody there, no line; with fingers and with keys."""

import os
import re
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from booking.details import Details
from booking.store import read, write
from booking.tickets import Ticket
from booking.visits import Visit
from kiosk.device import good_devices, prints_on, withdraw_device
from kiosk.pairing import new_pairing_code
from kiosk.state import IS_OVER, KioskState
from tests.journeys.eyes import axe_finds, read_by_camera, what_is_too_wide
from tests.journeys.hall import HOUSE, SERVICE, always_open, is_here
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.journeys.tour import THEMES, _pale_in
from tests.kiosk.fake_printer import FakePrinter, on_the_network
from tests.kiosk.test_printed_ticket import under_the_camera
from tests.serving import House, Site

UPRIGHT = {"width": 1080, "height": 1920}
WARNS, WIPES = 45_000, 60_000


def now() -> datetime:
    return datetime.now(UTC)


def code_for(book: OpenBook) -> str:
    return write(book.store, new_pairing_code, now(), HOUSE, "rosa")


def stands(context: BrowserContext, site: Site | House, book: OpenBook, language: str) -> Resident:
    """A kiosk of the house, with whoever comes to it and reads `language`."""
    one = Resident(context.new_page(), site.address, language)
    one.open("/kiosk/")
    types_code(one, code_for(book))
    one.title_is("Choose your language")
    return one


def types_code(one: Resident, code: str) -> None:
    one.all_is_there()
    one.page.locator("#pair input[name=code]").fill(code)
    one.press("Set up this screen")


@pytest.fixture
def kiosk(
    new_context: Callable[..., BrowserContext], hall: Site, its_book: OpenBook, request: pytest.FixtureRequest
) -> Resident:
    return stands(new_context(viewport=UPRIGHT), hall, its_book, getattr(request, "param", "pt"))


def at(one: Resident, screen: str) -> None:
    expect(one.page.locator(f".kiosk[data-screen={screen}]")).to_be_visible()


def says_language(one: Resident) -> None:
    one.page.locator(f".kiosk-tile[lang={one.language}]").click()
    at(one, "reasons")
    one.title_is("What brings you here today?")


def takes_number(one: Resident, reason: str = "") -> str:
    """Three touches."""
    says_language(one)
    one.page.locator(".kiosk-tiles .kiosk-tile").filter(has_text=reason).first.click()
    at(one, "needs")
    one.press("Take a number")
    at(one, "ticket")
    return one.page.locator("h1 .number").inner_text()


def said_by(book: OpenBook, language: str) -> str:
    return book.catalogue().services[SERVICE].name[language]


def tickets(book: OpenBook) -> list[Ticket]:
    return read(book.store, lambda session: list(session.exec(select(Ticket).order_by(Ticket.id))))  # type: ignore[arg-type]


@pytest.mark.parametrize("kiosk", ["pt", "ar"], indirect=True)
def test_a_number_in_three_touches_is_followed_shown_and_called(
    kiosk: Resident,
    clerk: Resident,
    hall: Site,
    its_book: OpenBook,
    new_context: Callable[..., BrowserContext],
):
    # What most people came for lately is among the first reasons.
    for _person in range(9):
        its_book.draws_now(HOUSE, SERVICE)
    its_book.empty_the_hall()
    screen = Resident(new_context(viewport={"width": 1920, "height": 1080}).new_page(), hall.address, "pt")
    screen.open(f"/display/?at={HOUSE}")
    number = takes_number(kiosk, said_by(its_book, kiosk.language))
    phone = Resident(new_context().new_page(), hall.address, kiosk.language)
    phone.page.goto(read_by_camera(kiosk.page))
    expect(phone.page.locator("#ticket .number")).to_have_text(number)
    expect(phone.page.locator("html")).to_have_attribute("lang", re.compile(f"^{kiosk.language}"))
    expect(screen.page.locator(".lines p b")).to_have_count(1)
    clerk.page.locator("main h1").click()
    clerk.page.keyboard.press("Space")
    is_here(clerk, number)
    phone.reads("It is your turn: counter {counter}", counter="1")
    expect(screen.page.locator(".call.now bdi").first).to_have_text(number)
    (ticket,) = [each for each in tickets(its_book) if each.words == number and each.state == "called"]
    assert (ticket.language, ticket.channel) == (kiosk.language, "kiosk")


def test_an_impatient_back_takes_the_number_off_nobodys_screen(kiosk: Resident, its_book: OpenBook):
    """The touch on "Back" arrives when the number is there already."""
    line = len(tickets(its_book))
    says_language(kiosk)
    kiosk.page.locator(".kiosk-tiles .kiosk-tile").first.click()
    at(kiosk, "needs")
    kiosk.page.evaluate(
        """(touched) => {
            const all = [...document.querySelectorAll(".kiosk-main button")];
            for (const words of touched) all.find((each) => each.innerText.includes(words)).click();
        }""",
        [kiosk.words("Take a number"), kiosk.words("Back")],
    )
    at(kiosk, "ticket")
    kiosk.page.wait_for_timeout(500)
    at(kiosk, "ticket")
    assert len(tickets(its_book)) == line + 1


def test_it_is_one_number_however_often_the_third_touch_comes(kiosk: Resident, its_book: OpenBook):
    before = len(tickets(its_book))
    says_language(kiosk)
    kiosk.page.locator(".kiosk-tiles .kiosk-tile").first.click()
    at(kiosk, "needs")
    kiosk.button("Take a number").click(click_count=4, delay=10)
    at(kiosk, "ticket")
    kiosk.page.wait_for_timeout(500)
    assert len(tickets(its_book)) == before + 1


def test_the_whole_way_with_arrow_keys_and_enter_alone(kiosk: Resident, its_book: OpenBook):
    keys = kiosk.page.keyboard

    def goes_to(words: str) -> None:
        for _press in range(40):
            keys.press("ArrowDown")
            if words in kiosk.page.evaluate("document.activeElement.textContent"):
                keys.press("Enter")
                return
        pytest.fail(f"The arrow keys never come to {words}")

    goes_to("Português")
    at(kiosk, "reasons")
    goes_to(kiosk.words("Something else, or not sure"))
    at(kiosk, "all")
    goes_to(kiosk.words("I am not sure"))
    at(kiosk, "needs")
    for _press in range(4):
        keys.press("ArrowDown")
    keys.press("Enter")  # a box is ticked by Enter, too
    expect(kiosk.page.locator(".choice :checked")).to_have_count(1)
    kiosk.page.wait_for_timeout(300)
    at(kiosk, "needs")  # and nothing is sent by it
    goes_to(kiosk.words("Take a number"))
    at(kiosk, "ticket")
    ticket = tickets(its_book)[-1]
    assert ticket.has_priority or ticket.needs


def test_what_somebody_needs_and_that_they_may_go_first_travels_with_the_number(kiosk: Resident, its_book: OpenBook):
    says_language(kiosk)
    kiosk.page.locator(".kiosk-tiles .kiosk-tile").first.click()
    at(kiosk, "needs")
    kiosk.page.locator("input[name=priority]").check()
    kiosk.page.locator("input[name=interpreter]").check()
    expect(kiosk.page.locator(".choice :checked")).to_have_count(2)
    kiosk.press("Take a number")
    at(kiosk, "ticket")
    kiosk.reads("We know what you need: {needs}")
    ticket = tickets(its_book)[-1]
    assert ticket.has_priority
    assert ticket.needs == ("interpreter",)


# An appointment that has come

VISIT = Visit((SERVICE,), HOUSE, "in_person")


def test_a_scanner_finds_the_appointment_the_language_and_what_they_need(kiosk: Resident, its_book: OpenBook):
    reference = its_book.books_soon(VISIT, Details("Amal Haddad", language="ar", needs=("step_free",)))
    kiosk.page.keyboard.type(f"http://localhost/ar/appointment/#{reference}.ABCD-EFGH-JKMN-PQRS", delay=5)
    kiosk.page.keyboard.press("Enter")
    at(kiosk, "ticket")
    expect(kiosk.page.locator("html")).to_have_attribute("dir", "rtl")
    amal = Resident(kiosk.page, kiosk.address, "ar")
    amal.reads("We know what you need: {needs}", needs=amal.words("A way in without steps"))
    expect(kiosk.page.locator("h1 .number")).to_contain_text("M ")
    assert tickets(its_book)[-1].needs == ("step_free",)
    # Held under the light a moment too long.
    kiosk.page.keyboard.type(reference, delay=5)
    kiosk.page.keyboard.press("Enter")
    kiosk.page.wait_for_timeout(400)
    at(kiosk, "ticket")
    assert "ABCD" not in kiosk.page.evaluate("[...document.querySelectorAll('input')].map((each) => each.value).join()")


def test_hands_are_too_slow_to_be_a_scanner(kiosk: Resident, its_book: OpenBook):
    reference = its_book.books_soon(VISIT)
    before = len(tickets(its_book))
    for symbol in reference[-10:]:
        kiosk.page.keyboard.press(symbol)
        kiosk.page.wait_for_timeout(120)
    kiosk.page.keyboard.press("Enter")
    kiosk.page.wait_for_timeout(400)
    assert len(tickets(its_book)) == before
    at(kiosk, "welcome")


def test_the_booking_code_is_touched_on_the_screen_and_a_wrong_one_is_kept(kiosk: Resident, its_book: OpenBook):
    reference = its_book.books_soon(VISIT)
    says_language(kiosk)
    kiosk.page.locator(".kiosk-tile.first").click()
    at(kiosk, "arrival")
    kiosk.page.get_by_text(kiosk.words("Type my booking code")).click()
    at(kiosk, "reference")
    symbols = reference.partition("-")[2].replace("-", "")
    for symbol in symbols[:-1]:
        kiosk.page.locator(f"[data-types='{symbol}']").click()
    kiosk.press("Find it")
    expect(kiosk.page.locator(".kiosk-main .notice.warn")).to_be_visible()
    expect(kiosk.page.locator("input[name=code][type=text]")).to_have_value(symbols[:-1])
    kiosk.page.locator("[data-rubs]").click()
    for symbol in symbols[-2:]:
        kiosk.page.locator(f"[data-types='{symbol}']").click()
    kiosk.press("Find it")
    at(kiosk, "ticket")


def test_by_the_time_and_the_letters_of_a_name_and_nobody_reads_a_name(kiosk: Resident, its_book: OpenBook):
    its_book.books_soon(VISIT, Details("Quirina Zulmira Xavier"))
    says_language(kiosk)
    kiosk.page.locator(".kiosk-tile.first").click()
    kiosk.page.get_by_text(kiosk.words("I know the time, not the code")).click()
    at(kiosk, "times")
    kiosk.page.locator(".three .kiosk-tile").last.click()
    at(kiosk, "people")
    assert "Quirina" not in kiosk.page.content()
    kiosk.page.get_by_role("button", name="Q. X.", exact=True).click()
    at(kiosk, "ticket")
    # It may be somebody else who knows that time and two letters.
    content = kiosk.page.content()
    assert "Quirina" not in content
    assert said_by(its_book, kiosk.language) not in kiosk.page.locator(".kiosk").inner_text()
    assert kiosk.page.locator(".qr").count() == 0


def test_whose_letters_two_people_have_shows_their_code(kiosk: Resident, its_book: OpenBook):
    for name in ("Wanda Yara", "Walter Ypiranga"):
        its_book.books_soon(VISIT, Details(name))
    before = len(tickets(its_book))
    says_language(kiosk)
    kiosk.page.locator(".kiosk-tile.first").click()
    kiosk.page.get_by_text(kiosk.words("I know the time, not the code")).click()
    kiosk.page.locator(".three .kiosk-tile").last.click()
    at(kiosk, "people")
    kiosk.page.get_by_role("button", name="W. Y.", exact=True).first.click()
    kiosk.reads("Two people with these letters come at that time. Please type your booking code.")
    at(kiosk, "reference")
    assert len(tickets(its_book)) == before


# On paper


def prints_on_this(book: OpenBook, printer: str) -> None:
    newest = read(book.store, good_devices)[-1]
    assert write(book.store, prints_on, now(), newest.id, printer, "rosa")


@pytest.mark.parametrize("kiosk", ["pt", "ar"], indirect=True)
def test_the_printer_gets_the_number_of_the_screen_once(kiosk: Resident, its_book: OpenBook):
    with on_the_network(FakePrinter()) as printer:
        prints_on_this(its_book, printer.address)
        says_language(kiosk)
        kiosk.page.locator(".kiosk-tiles .kiosk-tile").first.click()
        at(kiosk, "needs")
        kiosk.button("Take a number").click(click_count=3, delay=10)
        kiosk.reads("Take your ticket below")
        assert printer.cuts == 1
        assert under_the_camera(printer.printed[0])[0] == read_by_camera(kiosk.page)


def test_without_paper_the_number_is_good_and_the_desk_is_told(kiosk: Resident, clerk: Resident, its_book: OpenBook):
    with on_the_network(FakePrinter(lines_left=0)) as printer:
        prints_on_this(its_book, printer.address)
        takes_number(kiosk)
        kiosk.reads("Your ticket could not be printed. Your number is good: note it, or scan the code. We have told the desk.")
        assert printer.cuts == 0
    assert axe_finds(kiosk.page) == []
    clerk.open("/desk/devices/")
    clerk.all_is_there()
    clerk.reads("It has no paper.")


def test_a_browser_that_prints_is_asked_once_for_each_number(kiosk: Resident, its_book: OpenBook):
    prints_on_this(its_book, "browser")
    kiosk.page.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1; }; }")
    takes_number(kiosk)
    kiosk.reads("Take your ticket below")
    assert kiosk.page.evaluate("printed") == 1
    kiosk.press("Done")
    at(kiosk, "welcome")
    takes_number(kiosk)
    kiosk.reads("Take your ticket below")
    assert kiosk.page.evaluate("printed") == 2
    kiosk.page.emulate_media(media="print")
    expect(kiosk.page.locator(".ticket .number")).to_be_visible()
    expect(kiosk.page.locator(".kiosk-main")).to_be_hidden()


# By ear

_SOUNDS = """window.sounds = [];
HTMLMediaElement.prototype.play = function () {
  window.sounds.push(this.src);
  setTimeout(() => this.dispatchEvent(new Event('ended')), 30);
  return Promise.resolve();
};"""


@pytest.mark.parametrize("language", ["pt", "ar"])
def test_every_screen_reads_itself_and_whatever_the_keys_come_to(
    new_context: Callable[..., BrowserContext],
    hall: Site,
    its_book: OpenBook,
    language: str,
):
    context = new_context(viewport=UPRIGHT)
    context.add_init_script(_SOUNDS)
    kiosk = stands(context, hall, its_book, language)
    page = kiosk.page

    def has_heard(least: int) -> list[str]:
        for _moment in range(100):
            if page.evaluate("window.sounds.length") >= least:
                break
            page.wait_for_timeout(100)
        page.wait_for_timeout(600)
        heard = page.evaluate("window.sounds.splice(0)")
        assert len(set(heard)) >= least
        assert all(page.request.get(each).headers["content-type"] == "audio/wav" for each in heard)
        return heard

    page.locator("[data-eases=listen]").click()
    has_heard(5)  # the title, and each language in its own
    page.keyboard.press("ArrowDown")
    assert len(has_heard(1)) == 1
    says_language(kiosk)
    has_heard(7)
    page.locator(".kiosk-tiles .kiosk-tile").first.click()
    at(kiosk, "needs")
    has_heard(7)
    kiosk.press("Take a number")
    at(kiosk, "ticket")
    has_heard(4)
    page.locator("[data-eases=listen]").click()
    page.evaluate("window.sounds.length = 0")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(500)
    assert page.evaluate("window.sounds.length") == 0


# Nobody there


def test_it_asks_whether_somebody_is_there_and_then_nothing_of_them_is_left(
    new_context: Callable[..., BrowserContext],
    hall: Site,
    its_book: OpenBook,
):
    context = new_context(viewport=UPRIGHT)
    kiosk = stands(context, hall, its_book, "ar")
    page = kiosk.page
    page.clock.install()
    page.reload()
    number = takes_number(kiosk)
    page.locator("[data-eases=larger]").click()
    drawing = page.locator(".qr path").first.get_attribute("d")
    assert drawing
    page.locator("[data-eases=listen]").click()
    page.wait_for_timeout(500)
    page.locator("[data-eases=listen]").click()
    idle = page.locator(".kiosk-idle")
    for _again in range(10):
        page.clock.run_for(WARNS - 2_000)
        expect(idle).to_be_hidden()
        page.clock.run_for(3_000)
        expect(idle).to_be_visible()
        kiosk.button("I need more time").first.click()
        expect(idle).to_be_hidden()
    at(kiosk, "ticket")
    page.clock.run_for(WIPES + 1_000)
    at(kiosk, "welcome")
    left = page.evaluate("""() => JSON.stringify([
        document.documentElement.outerHTML, {...localStorage}, {...sessionStorage}, history.length, document.cookie,
        [...document.querySelectorAll('input')].map((each) => each.value)])""")
    assert number not in left
    assert drawing not in left
    assert not page.evaluate("document.documentElement.dataset.text")
    page.go_back()
    page.wait_for_timeout(500)
    assert number not in page.content()
    assert drawing not in page.content()


def test_a_finger_that_says_it_is_there_presses_nothing_below(
    new_context: Callable[..., BrowserContext], hall: Site, its_book: OpenBook
):
    kiosk = stands(new_context(viewport=UPRIGHT, has_touch=True), hall, its_book, "pt")
    page = kiosk.page
    page.clock.install()
    page.reload()
    number = takes_number(kiosk)
    page.clock.run_for(WARNS + 1_000)
    expect(page.locator(".kiosk-idle")).to_be_visible()
    expect(page.locator(".kiosk-idle button")).to_be_focused()
    box = page.locator(".kiosk-idle button").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".kiosk-idle")).to_be_hidden()
    assert page.locator("[data-eases][aria-pressed=true]").count() == 0
    expect(page.locator("h1 .number")).to_have_text(number)


def test_a_visit_that_the_page_has_wiped_is_over_for_the_server_too(monkeypatch: pytest.MonkeyPatch):
    """What comes late over a broken line gives no number to nobody. Control: a moment before it would have."""
    visit = SimpleNamespace(_touched_at=now().isoformat())
    assert timedelta(milliseconds=WIPES) < IS_OVER
    for late, is_over in ((IS_OVER - timedelta(seconds=1), False), (IS_OVER + timedelta(seconds=1), True)):
        monkeypatch.setattr("kiosk.state.now", lambda late=late: datetime.fromisoformat(visit._touched_at) + late)
        assert KioskState._is_over(visit) is is_over
    assert KioskState._is_over(SimpleNamespace(_touched_at=""))


# The line to the server


def test_without_a_line_it_says_so_in_three_seconds_and_comes_back_by_itself(
    new_context: Callable[..., BrowserContext], tmp_path_factory: pytest.TempPathFactory
):
    """The server stops as if a cable had been pulled: nothing closes, nothing answers. A touch made meanwhile is one number."""
    house = House(tmp_path_factory.mktemp("pulled"))
    house.load_demo_and_build()
    with house, OpenBook.of(house.log.parent) as book:
        write(book.store, always_open)
        kiosk = stands(new_context(viewport=UPRIGHT), house, book, "pt")
        says_language(kiosk)
        kiosk.page.locator(".kiosk-tiles .kiosk-tile").first.click()
        at(kiosk, "needs")
        os.killpg(house.leader, signal.SIGSTOP)
        try:
            stopped = now()
            kiosk.press("Take a number")
            expect(kiosk.page.locator(".kiosk-lost")).to_be_visible(timeout=3_000)
            assert now() - stopped < timedelta(seconds=3)
            kiosk.reads(
                "A number that you have just asked for comes when it is back. Otherwise please go to the desk: there you get one."
            )
        finally:
            os.killpg(house.leader, signal.SIGCONT)
        expect(kiosk.page.locator(".kiosk-lost")).to_be_hidden()
        at(kiosk, "ticket")
        assert len(tickets(book)) == 1


# Who may be a kiosk


def test_a_wrong_code_is_answered_with_a_sentence_and_an_ended_machine_asks_for_a_new_one(
    new_context: Callable[..., BrowserContext],
    hall: Site,
    its_book: OpenBook,
):
    one = Resident(new_context(viewport=UPRIGHT).new_page(), hall.address, "es")
    one.open("/kiosk/")
    types_code(one, "0000 0000")
    one.reads("This code is not good, or no longer. The staff area gives a new one.")
    assert axe_finds(one.page) == []
    types_code(one, code_for(its_book))
    one.title_is("Choose your language")
    newest = read(its_book.store, good_devices)[-1]
    assert write(its_book.store, withdraw_device, now(), newest.id)
    one.page.locator(".kiosk-tile").first.click()
    one.title_is("Ticket machine")


def test_staff_set_one_up_and_end_it(
    clerk: Resident,
    hall: Site,
    new_context: Callable[..., BrowserContext],
):
    clerk.open("/desk/devices/")
    clerk.all_is_there()
    clerk.page.locator("select[name=house]").select_option(HOUSE)
    clerk.press("Get a code")
    code = clerk.page.locator(".notice.ok b").inner_text()
    assert re.fullmatch(r"\d{4} \d{4}", code)
    assert axe_finds(clerk.page) == []
    one = Resident(new_context(viewport=UPRIGHT).new_page(), hall.address, "pt")
    one.open("/kiosk/")
    types_code(one, code)
    one.title_is("Choose your language")
    clerk.page.reload()
    clerk.all_is_there()
    machines = clerk.page.locator("section:has(> h3)")
    there = machines.count()
    last = machines.last
    last.get_by_text(clerk.words("End it"), exact=True).click()
    last.get_by_role("button", name=clerk.words("Yes, it is a ticket machine no longer")).click()
    expect(machines).to_have_count(there - 1)
    one.page.reload()
    one.title_is("Ticket machine")


NOTEBOOK, NARROW = {"width": 1366, "height": 768}, {"width": 320, "height": 640}


@pytest.mark.parametrize(
    ("language", "size"),
    [*((each, UPRIGHT) for each in ("pt", "en", "es", "ar")), ("pt", NOTEBOOK), ("ar", NARROW)],
    ids=["pt", "en", "es", "ar", "notebook", "narrow"],
)
def test_every_screen_is_for_everybody(
    new_context: Callable[..., BrowserContext],
    hall: Site,
    its_book: OpenBook,
    language: str,
    size: dict,
):
    kiosk = stands(new_context(viewport=size), hall, its_book, language)
    its_book.books_soon(VISIT)
    found: dict[str, list[str]] = {}

    def look(screen: str) -> None:
        at(kiosk, screen)
        found[screen] = axe_finds(kiosk.page) + what_is_too_wide(kiosk.page)
        if size == UPRIGHT and language == "pt":
            found[screen] += [pale for wish in THEMES.values() for pale in _pale_in(kiosk.page, wish)]

    look("welcome")
    says_language(kiosk)
    look("reasons")
    kiosk.page.locator(".kiosk-tiles .kiosk-tile").last.click()
    look("all")
    kiosk.page.locator(".kiosk-list .kiosk-tile").first.click()
    look("needs")
    kiosk.press("Back")
    kiosk.page.locator(".kiosk-tile.first").click()
    look("arrival")
    kiosk.page.locator(".kiosk-main > .kiosk-tiles .kiosk-tile").first.click()
    look("reference")
    kiosk.press("Back")
    kiosk.page.locator(".kiosk-main > .kiosk-tiles .kiosk-tile").last.click()
    look("times")
    kiosk.page.locator(".three .kiosk-tile").last.click()
    look("people")
    kiosk.press("Start again")
    at(kiosk, "welcome")
    takes_number(kiosk)
    look("ticket")
    kiosk.page.locator("[data-eases=contrast]").click()
    kiosk.page.locator("[data-eases=larger]").click()
    kiosk.page.locator("[data-eases=lower]").click()
    look("ticket")
    assert not any(found.values()), found


def test_the_form_of_another_site_pairs_nothing(hall: Site, new_context: Callable[..., BrowserContext]):
    page: Page = new_context().new_page()
    answer = page.request.post(
        f"{hall.address}/pt/kiosk/pair",
        form={"code": "12345678"},
        headers={"origin": "https://elsewhere.example"},
        max_redirects=0,
    )
    assert answer.status == 403
