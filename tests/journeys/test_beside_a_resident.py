"""A shared terminal: staff fill in, the resident confirms, and afterwards nothing of theirs is left in this browser."""

import json
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.eyes import axe_finds, read_by_camera
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import CHECK, DETAILS, DONE, TIME, Resident


@pytest.fixture
def clerk(new_context: Callable[..., BrowserContext], address: str, request: pytest.FixtureRequest) -> Resident:
    """A wide screen, as at a desk."""
    context = new_context(viewport={"width": 1280, "height": 900})
    one = Resident(context.new_page(), address, getattr(request, "param", "pt"))
    one.email = f"{secrets.token_hex(4)}@example.org"
    one.open("/desk/")
    one.page.get_by_role("button", name=one.words("Sign in as {name}", name="Marta Figueiredo")).click()
    one.title_is("Staff area")
    return one


def begins(clerk: Resident, established: str, contact: str = "") -> None:
    clerk.open("/desk/assist/")
    clerk.all_is_there()
    clerk.field("Name of the person beside you").fill(clerk.name)
    clerk.page.locator(f"input[value={established}]").check()
    clerk.field("For a code: their e-mail or mobile number").fill(contact)
    clerk.press("Begin")


def stands_together(clerk: Resident) -> None:
    line = clerk.page.locator(".together")
    expect(line).to_contain_text("Marta Figueiredo")
    expect(line).to_contain_text(clerk.name)


def books_together(clerk: Resident) -> None:
    clerk.begin()
    stands_together(clerk)
    clerk.choose_a_way()
    clerk.stands_at(TIME)
    clerk.choose_a_time()
    clerk.stands_at(DETAILS)
    nothing_is_filled_in_by_the_browser(clerk.page)
    clerk.say_who()
    clerk.stands_at(CHECK)
    clerk.reads("{name}: please read this yourself. If it is right, press the button. That is your confirmation.")
    stands_together(clerk)


HELD = """async () => {
  const held = [{...sessionStorage}, {...localStorage}, location.href, document.title, history.state, window.name];
  for (const field of document.querySelectorAll('input, textarea, select')) held.push(field.value);
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => { indexedDB.open(name).onsuccess = ({ target }) => done(target.result); });
    for (const store of base.objectStoreNames) {
      const all = base.transaction(store).objectStore(store).getAll();
      held.push(name, store, await new Promise((done) => { all.onsuccess = () => done(all.result); }));
    }
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) held.push(name, request.url, await (await cache.match(request)).text());
  }
  for (const worker of await navigator.serviceWorker.getRegistrations()) held.push(worker.scope);
  return JSON.stringify(held);
}"""


def left_behind(page: Page) -> str:
    """Whatever this browser still holds: the page and what is typed in it, every kind of storage, cookies, the address."""
    cookies = [cookie for cookie in page.context.cookies() if cookie.get("name") != "atrio"]
    return page.evaluate(HELD) + page.content() + json.dumps(cookies)


def nothing_is_filled_in_by_the_browser(page: Page) -> None:
    """No field may offer to the next person what this one has typed."""
    for field in page.locator("main input:not([type=radio]):not([type=checkbox]), main textarea").all():
        assert field.get_attribute("autocomplete") in ("off", "one-time-code"), field.get_attribute("name")


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_booked_together_and_nothing_left(clerk: Resident, book: OpenBook):
    begins(clerk, "document")
    clerk.title_is("All services")
    stands_together(clerk)
    books_together(clerk)
    assert axe_finds(clerk.page) == []
    clerk.confirm()
    clerk.stands_at(DONE)
    codes = clerk.codes()
    assert codes[1] in left_behind(clerk.page)
    clerk.press("End, and wipe the screen")
    clerk.reads("It is over. Nothing of theirs is left here.")
    for _back in range(6):
        assert not any(each in left_behind(clerk.page) for each in (clerk.name, clerk.email, *codes))
        clerk.page.go_back()
        expect(clerk.page.locator("main h1")).to_be_visible()
        clerk.all_is_there()
    assert book.the_appointment_of(clerk.name).state == "booked"


def test_what_was_not_confirmed_is_given_back(clerk: Resident, book: OpenBook):
    begins(clerk, "unverified")
    stands_together(clerk)
    books_together(clerk)
    clerk.press("End, and wipe the screen")
    clerk.reads("It is over. Nothing of theirs is left here.")
    assert book.appointments_of(clerk.name) == []
    clerk.open("/book/check/")
    expect(clerk.page.get_by_text(clerk.name)).to_have_count(0)


def test_by_a_code_on_their_own_phone_it_is_on_their_page(
    clerk: Resident, address: str, new_context: Callable[..., BrowserContext]
):
    begins(clerk, "code", clerk.email)
    clerk.reads("They may type it themselves, or read it out to you.")
    clerk.field("Code").fill(clerk.shown_code())
    clerk.press("Begin")
    stands_together(clerk)
    books_together(clerk)
    clerk.confirm()
    clerk.stands_at(DONE)
    reference = clerk.codes()[0]
    clerk.press("End, and wipe the screen")
    clerk.reads("It is over. Nothing of theirs is left here.")
    theirs = Resident(new_context().new_page(), address, "pt")
    theirs.sign_in(clerk.email)
    expect(theirs.page.get_by_text(reference)).to_be_visible()


def test_a_terminal_that_nobody_touches_wipes_itself(clerk: Resident):
    clerk.page.clock.install()
    begins(clerk, "unverified")
    stands_together(clerk)
    clerk.begin()
    clerk.page.clock.fast_forward(140_000)
    clerk.page.clock.run_for(2_000)
    clerk.reads("Nobody has touched this for a while. In a moment it is wiped.")
    clerk.page.clock.fast_forward(45_000)
    clerk.page.clock.run_for(2_000)
    clerk.reads("It is over. Nothing of theirs is left here.")
    assert clerk.name not in left_behind(clerk.page)


def test_what_is_missing_is_said(clerk: Resident):
    clerk.open("/desk/assist/")
    clerk.all_is_there()
    clerk.press("Begin")
    clerk.reads("Please type the name of the person beside you.")
    clerk.reads("Please say how you know who it is.")
    assert axe_finds(clerk.page) == []


@pytest.mark.parametrize(
    "leaves",
    [
        "localStorage.setItem('left', 'Amina 12')",
        "history.replaceState({left: 'Amina 12'}, '')",
        "document.querySelector('main').append('Amina 12')",
        "document.querySelector('main').append(Object.assign(document.createElement('input'), { value: 'Amina 12' }))",
        "caches.open('left').then((cache) => cache.put('/left', new Response('Amina 12')))",
        """new Promise((done) => {
          const asked = indexedDB.open('left');
          asked.onupgradeneeded = () => asked.result.createObjectStore('names', { autoIncrement: true }).add('Amina 12');
          asked.onsuccess = () => { asked.result.close(); done(); };
        })""",
    ],
)
def test_something_left_behind_would_be_found(page: Page, address: str, leaves: str):
    """Control: wherever a page could leave a name, it is looked for there."""
    page.goto(f"{address}/pt/")
    assert "Amina 12" not in left_behind(page)
    page.evaluate(f"async () => {{ await ({leaves}); }}")
    assert "Amina 12" in left_behind(page)


@pytest.mark.parametrize("clerk", ["pt", "ar"], indirect=True)
def test_the_form_goes_on_on_their_own_phone(
    clerk: Resident, address: str, new_context: Callable[..., BrowserContext], book: OpenBook
):
    begins(clerk, "document")
    stands_together(clerk)
    clerk.get_to(DETAILS)
    clerk.field("Name").fill(clerk.name)
    clerk.press("Go on with their own phone")
    expect(clerk.page.locator(".qr")).to_be_visible()
    scanned = read_by_camera(clerk.page)

    phone = Resident(new_context().new_page(), address, clerk.language, name=clerk.name, email=clerk.email)
    phone.page.goto(scanned)
    phone.title_is("Go on with this phone")
    phone.all_is_there()
    assert "#" not in phone.page.url
    assert axe_finds(phone.page) == []
    phone.press("Go on")
    phone.stands_at(DETAILS)
    expect(phone.field("Name")).to_have_value(clerk.name)
    clerk.reads("They go on with their own phone")
    assert axe_finds(clerk.page) == []
    clerk.press("End, and wipe the screen")
    clerk.reads("It is over. Nothing of theirs is left here.")
    assert clerk.name not in left_behind(clerk.page)

    phone.say_who()
    phone.stands_at(CHECK)
    phone.confirm()
    phone.stands_at(DONE)
    assert book.the_appointment_of(clerk.name).booked_by.startswith("staff marta-figueiredo, confirmed on their own phone")

    another = Resident(new_context().new_page(), address, clerk.language)
    another.page.goto(scanned)
    another.title_is("Go on with this phone")
    another.press("Go on")
    another.reads("This code can't be used any more. Please ask for a new one, or begin here by yourself.")


@pytest.mark.parametrize("clerk", ["en", "ar"], indirect=True)
def test_whoever_wants_to_learn_it_is_shown_what_to_touch_next(clerk: Resident):
    def shows(what: str) -> None:
        line = clerk.page.locator(".together .next")
        expect(line).to_have_text(clerk.words("Touch next: {what}", what=clerk.words(what)))
        expect(clerk.page.locator("[data-next-touch]")).to_have_count(1)

    begins(clerk, "document")
    stands_together(clerk)
    clerk.begin()
    expect(clerk.page.locator("[data-next-touch]")).to_have_count(0)
    clerk.press("Show the next touch")
    shows("Choose one")
    clerk.page.locator("label.choice").first.click()
    shows("Continue")
    clerk.press("Continue")
    clerk.stands_at(TIME)
    shows("The next three times")
    clerk.choose_a_time()
    clerk.stands_at(DETAILS)
    shows("Name")
    clerk.field("Name").fill(clerk.name)
    shows("E-mail")
    clerk.field("Phone").fill("912345678")
    shows("Continue")
    clerk.field("Phone").fill("")
    shows("E-mail")
    clerk.field("E-mail").fill("no address")
    clerk.press("Continue")
    expect(clerk.page.locator("#errors")).to_be_visible()
    shows("E-mail")
    clerk.field("E-mail").fill(clerk.email)
    shows("Continue")
    clerk.press("Continue")
    clerk.stands_at(CHECK)
    shows("Book this time")
    clerk.press("Show the next touch")
    expect(clerk.page.locator("[data-next-touch]")).to_have_count(0)
