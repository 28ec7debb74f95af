"""Calls in the hall, as they are heard: two tones, then the visitor's language and the town's; one after the other, each once."""

import itertools
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Playwright, expect

from booking.counters import begin, finish, recall
from booking.queue import Wish, draw
from booking.store import write
from booking.tickets import Ticket
from tests.journeys.conftest import PATIENCE
from tests.journeys.hall import HOUSE, SERVICE
from tests.journeys.open_book import OpenBook
from tests.journeys.steps import Resident
from tests.serving import Site, launched, until

# As docs/operations.md says to start it.
WITH_SOUND = "--autoplay-policy=no-user-gesture-required"
SCREEN = {"width": 1920, "height": 1080}
# Notes when each sound begins and ends, by the page's own clock. The sounds themselves are played as ever.
RECORDER = """(() => {
  const heard = window.heard = [];
  const begin = (what) => { const one = { what, from: performance.now(), to: null }; heard.push(one); return one; };
  const end = (one) => { one.to ??= performance.now(); };
  const play = HTMLMediaElement.prototype.play, start = OscillatorNode.prototype.start;
  HTMLMediaElement.prototype.play = function () {
    const one = begin(new URL(this.src).pathname);
    for (const over of ['ended', 'pause', 'error']) this.addEventListener(over, () => end(one));
    return play.apply(this, arguments);
  };
  OscillatorNode.prototype.start = function () {
    const one = begin('tone');
    this.addEventListener('ended', () => end(one));
    return start.apply(this, arguments);
  };
})()"""

# As in a browser that nobody started so, until its page is touched. Said in the page's own terms, because every question that
# a test asks counts as a touch to Chromium.
FORBIDDEN = """(() => {
  let isTouched = false;
  addEventListener('pointerdown', () => { isTouched = true; });
  const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'state');
  const resume = AudioContext.prototype.resume, play = HTMLMediaElement.prototype.play;
  Object.defineProperty(AudioContext.prototype, 'state', { get() { return isTouched ? state.get.call(this) : 'suspended'; } });
  AudioContext.prototype.resume = function () { return isTouched ? resume.apply(this) : new Promise(() => {}); };
  HTMLMediaElement.prototype.play = function () {
    return isTouched ? play.apply(this) : Promise.reject(new DOMException('', 'NotAllowedError'));
  };
})()"""


@dataclass
class Heard:
    """When it began and ended, in milliseconds; an `end` of None: it isn't over."""

    what: str
    start: float
    end: float | None

    @property
    def lasted(self) -> float:
        return (self.end or self.start) - self.start


@pytest.fixture(params=[""], ids=["allowed"])
def screen(playwright_running: Playwright, hall: Site, request: pytest.FixtureRequest) -> Iterator[Resident]:
    browser = launched(playwright_running, WITH_SOUND)
    context = browser.new_context(viewport=SCREEN)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(f"{request.param};{RECORDER}")
    screen = Resident(context.new_page(), hall.address, "pt")
    screen.open(f"/display/?at={HOUSE}")
    screen.reads("When your number is called, please go to the counter that stands beside it.")
    yield screen
    browser.close()


def draws(book: OpenBook, language: str) -> Ticket:
    wish = Wish(HOUSE, SERVICE, language)
    return write(book.store, draw, datetime.now(UTC), wish, once=secrets.token_urlsafe()).ticket


def heard(screen: Resident) -> list[Heard]:
    return [Heard(each["what"], each["from"], each["to"]) for each in screen.page.evaluate("heard")]


def in_order(screen: Resident) -> list[str]:
    return [each.what for each in heard(screen)]


def overlapping(sounds: list[Heard]) -> list[tuple[str, str]]:
    """Sounds of which one begins before the other is over; the two tones of one chime belong together."""
    return [
        (one.what, other.what)
        for one, other in itertools.combinations(sounds, 2)
        if not one.what == other.what == "tone"
        if other.start < (one.end or float("inf")) and one.start < (other.end or float("inf"))
    ]


def are_over(screen: Resident, sounds: int) -> None:
    until(lambda: len(heard(screen)) >= sounds and all(each.end for each in heard(screen)), f"{sounds} sounds, all over", 60)


def sound_of(screen: Resident, ticket: Ticket) -> list[str]:
    """The addresses that the page was given for this call."""
    row = screen.page.locator(".call", has=screen.page.get_by_text(ticket.words, exact=True))
    expect(row).to_have_attribute("data-sound", re.compile("^/voice/"))
    return (row.get_attribute("data-sound") or "").split()


def test_a_call_is_said_to_the_visitor_and_to_the_town_once_and_again_when_called_again(
    screen: Resident,
    its_book: OpenBook,
):
    ticket = draws(its_book, "es")
    its_book.calls("pacos-1", ticket)
    said = sound_of(screen, ticket)
    assert len(said) == 2
    are_over(screen, 4)
    assert in_order(screen) == ["tone", "tone", *said]
    assert overlapping(heard(screen)) == []
    assert all(each.lasted > 1000 for each in heard(screen)[2:])
    answers = [screen.page.request.get(f"{screen.address}{each}") for each in said]
    assert [(each.status, each.headers["content-type"]) for each in answers] == [(200, "audio/wav")] * 2

    its_book.at_counter(recall, "pacos-1")
    are_over(screen, 8)
    assert in_order(screen) == ["tone", "tone", *said] * 2

    screen.page.reload()
    expect(screen.page.locator(".call.now bdi").first).to_have_text(ticket.words)
    screen.page.wait_for_timeout(2500)
    assert heard(screen) == []


def test_a_page_that_is_loaded_anew_says_what_was_called_meanwhile(screen: Resident, its_book: OpenBook):
    first, second = draws(its_book, "pt"), draws(its_book, "pt")
    its_book.calls("pacos-1", first)
    are_over(screen, 3)
    screen.page.goto("about:blank")
    its_book.calls("pacos-2", second)
    screen.open(f"/display/?at={HOUSE}")
    are_over(screen, 3)
    screen.page.wait_for_timeout(2500)
    assert in_order(screen) == ["tone", "tone", *sound_of(screen, second)]


def test_calls_that_come_close_together_are_heard_one_after_the_other_in_their_order(
    screen: Resident,
    its_book: OpenBook,
):
    """The second while the first is being said, the third in the same second as the second."""
    called = [draws(its_book, language) for language in ("es", "pt", "ar")]
    its_book.calls("pacos-1", called[0])
    said = [sound_of(screen, called[0])]
    for counter, ticket in zip(("pacos-2", "pacos-3"), called[1:], strict=True):
        its_book.calls(counter, ticket)
    said += [sound_of(screen, each) for each in called[1:]]
    assert [each.end for each in heard(screen)][-1] is None  # the first is still being said
    are_over(screen, 11)
    assert in_order(screen) == [what for sounds in said for what in ("tone", "tone", *sounds)]
    assert [len(sounds) for sounds in said] == [2, 1, 2]
    assert overlapping(heard(screen)) == []
    screen.page.evaluate("([one, other]) => { new Audio(one).play(); new Audio(other).play(); }", said[0])
    are_over(screen, 13)
    assert overlapping(heard(screen)) == [tuple(said[0])]  # control: it would be noticed


def test_who_has_come_before_their_turn_to_be_announced_is_not(screen: Resident, its_book: OpenBook):
    first, second, third = (draws(its_book, "pt") for _ in range(3))
    its_book.calls("pacos-1", first)
    its_book.calls("pacos-2", second)
    said = [sound_of(screen, each) for each in (first, second)]
    its_book.at_counter(begin, "pacos-2")
    its_book.at_counter(finish, "pacos-2", "handled")
    its_book.calls("pacos-2", third)
    said.append(sound_of(screen, third))
    are_over(screen, 6)
    screen.page.wait_for_timeout(2000)
    assert in_order(screen) == ["tone", "tone", *said[0], "tone", "tone", *said[2]]


def test_a_voice_that_can_not_be_fetched_leaves_the_tones_and_the_next_call(screen: Resident, its_book: OpenBook):
    screen.page.route("**/voice/**", lambda route: route.abort())
    ticket = draws(its_book, "es")
    its_book.calls("pacos-1", ticket)
    expect(screen.page.locator(".call.now bdi").first).to_have_text(ticket.words)
    are_over(screen, 4)
    screen.page.unroute("**/voice/**")
    its_book.at_counter(recall, "pacos-1")
    are_over(screen, 8)
    assert in_order(screen)[4:] == ["tone", "tone", *sound_of(screen, ticket)]
    assert all(each.lasted > 1000 for each in heard(screen)[6:])


@pytest.mark.parametrize("screen", [FORBIDDEN], ids=["forbidden"], indirect=True)
def test_where_sound_is_forbidden_calls_are_shown_and_nothing_waits_to_be_said(screen: Resident, its_book: OpenBook):
    ticket = draws(its_book, "es")
    its_book.calls("pacos-1", ticket)
    expect(screen.page.locator(".call.now bdi").first).to_have_text(ticket.words)
    for calls in range(2, 5):
        its_book.at_counter(recall, "pacos-1")
        expect(screen.page.locator(".call.now").first).to_have_attribute("data-calls", str(calls))
    screen.page.wait_for_timeout(2000)
    assert heard(screen) == []
    screen.page.mouse.click(900, 500)
    screen.page.wait_for_timeout(2000)
    assert heard(screen) == []
    its_book.at_counter(recall, "pacos-1")
    are_over(screen, 4)
    assert in_order(screen) == ["tone", "tone", *sound_of(screen, ticket)]
