"""What a resident does, step by step, in whichever language: the words to look for come from the catalogues."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle

from playwright.sync_api import Locator, Page, expect

from locales.catalogue import _, catalogue, use_language

WAY, TIME, DETAILS, CHECK, CODE, DONE = "way", "time", "details", "check", "code", "done"
TITLES = {
    WAY: "Where or how would you like to meet us?",
    TIME: "When would suit you?",
    DETAILS: "About you",
    CHECK: "Is this right?",
    CODE: "Type the code we sent you",
    DONE: "Appointment confirmed",
}
# Days in the list, from the first that has times: far enough not to be too late to change, near enough to be listed at
# once. Taken in turns, so that many residents don't fill one of them.
SOME_DAYS_AHEAD = cycle(range(2, 6))


SIX_DIGITS = re.compile(r"\d{3}\s\d{3}")


def code_in(words: str) -> str:
    """The six digits of a letter with a one-time code, as it has them."""
    return SIX_DIGITS.search(words)[0]  # type: ignore[index]


def somebody() -> str:
    """A name that nobody else in the book has."""
    return f"Amina {secrets.token_hex(4)}"


@dataclass
class Resident:
    """Somebody with a browser who reads `language`. `service` and `name` are what they choose and type.

    `reads_code` finds the code in their letter box, where one is asked for.

    `clicks` is how often they press a button at once: 2 for a trembling or an impatient hand.
    """

    page: Page
    address: str
    language: str = "pt"
    service: str = "residence-certificate"
    name: str = field(default_factory=somebody)
    email: str = "amina@example.org"
    phone: str = ""
    clicks: int = 1
    reads_code: Callable[[Resident], str] | None = None
    some_day: int = field(default_factory=SOME_DAYS_AHEAD.__next__)

    def words(self, message: str, **values: str) -> str:
        """What a page says for it; a sentence that no page says any more is a mistake in the test."""
        assert message in catalogue(self.language), f"No page says this any more: {message}"
        with use_language(self.language):
            return _(message, **values)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/{self.language}{path}")

    def press(self, message: str) -> None:
        self.button(message).click(click_count=self.clicks)

    def button(self, message: str) -> Locator:
        return self.page.get_by_role("button", name=self.words(message), exact=True)

    def follow(self, message: str) -> None:
        self.page.get_by_role("main").get_by_role("link", name=self.words(message), exact=True).first.click()

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(self.words(label), exact=True)

    def title_is(self, message: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.words(message))

    def reads(self, message: str, **values: str) -> None:
        """The sentence is on the page, wherever; `{placeholders}` without a value may stand for anything."""
        expect(self.page.get_by_text(_as_pattern(self.words(message), values)).first).to_be_visible()

    # Signing in

    def ask_to_sign_in(self, contact: str) -> None:
        self.open("/sign-in/")
        self.all_is_there()
        self.field("E-mail or mobile number").fill(contact)
        self.press("Send me a code")
        self.title_is("Type the code to sign in")
        self.all_is_there()

    def shown_code(self) -> str:
        """The code, where a demonstration shows it."""
        return code_in(self.page.locator(".notice").filter(has_text=SIX_DIGITS).inner_text())

    def type_shown_code(self) -> None:
        self.field("Code").fill(self.shown_code())
        self.press("Sign in")

    def sign_in(self, contact: str) -> None:
        self.ask_to_sign_in(contact)
        self.type_shown_code()
        self.title_is("My page")
        self.all_is_there()

    def press_sign_out(self) -> None:
        self.open("/me/")
        self.all_is_there()
        self.press("Sign out")
        self.title_is("Sign in")
        self.all_is_there()

    # The journey

    def begin(self) -> None:
        self.open(f"/book/?service={self.service}")
        self.stands_at(WAY)

    def stands_at(self, step: str) -> None:
        self.title_is(TITLES[step])
        self.all_is_there()

    def title_of_details(self, name: str) -> None:
        """The page of details when it is for somebody else."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.words("About {name}", name=name))
        self.all_is_there()

    def all_is_there(self) -> None:
        """Nothing is still being fetched."""
        expect(self.page.get_by_text(self.words("One moment, we are fetching this for you."))).to_have_count(0)

    def choose_a_way(self, way: str = "in_person") -> None:
        self.page.locator("label.choice").filter(has=self.page.locator(f"input[value^={way}]")).first.click()
        self.press("Continue")

    def choose_a_time(self, nth: int = 0, *, day: int | None = None) -> str:
        """The instant chosen, as the page says it to the server: "2026-11-30T09:20Z"."""
        chosen = self.times_of(self.some_day if day is None else day).nth(nth)
        chosen.click()
        instant = chosen.locator("input").get_attribute("value")
        self.press("Continue")
        return instant or ""

    def times_of(self, day: int) -> Locator:
        """The times of a day in the list, which is opened for it."""
        row = self.page.locator(".days details").nth(day)
        if row.get_attribute("open") is None:
            row.locator("summary").click()
        return row.locator("label.time")

    def say_who(self) -> None:
        self.field("Name").fill(self.name)
        self.field("E-mail").fill(self.email)
        self.field("Phone").fill(self.phone)
        self.press("Continue")

    def confirm(self) -> None:
        self.press("Book this time")
        if self.reads_code:
            self.type_code()

    def type_code(self, code: str = "") -> None:
        self.stands_at(CODE)
        self.field("Code").fill(code or (self.reads_code(self) if self.reads_code else ""))
        self.press("Confirm the appointment")

    def book(self, *, way: str = "in_person", pause: Callable[[str], None] = lambda step: None) -> tuple[str, str]:
        """Book from the first page to the last; the two codes. `pause` is called on arriving at each page."""
        self.begin()
        for step, answer in self._answers(way).items():
            self.stands_at(step)
            pause(step)
            self.stands_at(step)
            answer()
        self.stands_at(DONE)
        pause(DONE)
        self.stands_at(DONE)
        return self.codes()

    def get_to(self, step: str, *, way: str = "in_person") -> None:
        """Stand at a step with everything before it answered."""
        self.begin()
        for each, answer in self._answers(way).items():
            if each == step:
                break
            self.stands_at(each)
            answer()
        self.stands_at(step)

    def _answers(self, way: str) -> dict[str, Callable[[], object]]:
        return {WAY: lambda: self.choose_a_way(way), TIME: self.choose_a_time, DETAILS: self.say_who, CHECK: self.confirm}

    def codes(self) -> tuple[str, str]:
        values = self.page.locator(".done dd bdi")
        expect(values.nth(0)).to_have_text(re.compile(r"^\w{2}-\w{4}-\w{4}$"))
        # The tab keeps them a moment after it shows them; nobody but a test leaves the page that soon.
        self.page.wait_for_function("() => sessionStorage.getItem('atrio-appointment')")
        return values.nth(0).inner_text(), values.nth(1).inner_text()

    # Afterwards

    def look_up(self, reference: str, access_key: str) -> None:
        self.open("/appointment/")
        self.title_is("Find my appointment")
        self.type_codes(reference, access_key)

    def type_codes(self, reference: str, access_key: str) -> None:
        self.field("Booking code").fill(reference)
        self.field("Access code").fill(access_key)
        self.press("Find it")

    def move(self, nth: int = 1) -> None:
        self.follow("Move it")
        self.title_is("Choose another time")
        self.times_of(self.some_day).nth(nth).click()
        self.press("Take this time instead")
        self.reads("Your appointment has a new time. The old one is free for somebody else.")

    def cancel(self) -> None:
        self.follow("Cancel it")
        self.title_is("Cancel this appointment?")
        self.press("Yes, cancel it")
        self.title_is("This appointment is cancelled")


def instant(value: str) -> datetime:
    """A time as pages say it to the server."""
    return datetime.fromisoformat(value)


def _as_pattern(sentence: str, values: dict[str, str]) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    return re.compile("".join(values.get(part, ".+") if n % 2 else re.escape(part) for n, part in enumerate(parts)))
