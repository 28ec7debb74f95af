"""The parts of every page, looked at as the markup they become."""

from pathlib import Path

import pytest
import reflex as rx

from locales.catalogue import LANGUAGES, direction, use_language
from portal.catalogue.hall import HallState
from portal.ui import (
    actions,
    choices,
    errors,
    fields,
    frame,
    header,
    links,
    notices,
    plate,
    qr,
    rows,
    status,
    summary,
    timeline,
    times,
)

ASSETS = Path("assets")
TOWN = frame.TownFacts("Vila Clara", "259 000 100", "tel:259000100", "8:30", "Praça da República 1")


class Asking(rx.State):
    """Without a handler, since each needs an entry in the table of who may do what."""

    errors: dict[str, str] = {}
    waiting: bool = False
    name_error: str = ""


def every_part() -> list[rx.Component]:
    return [
        frame.page(
            frame.title("Title", lead="Lead", step=frame.step_words(2, 4, "time"), back_to="/en/"),
            frame.section("Heading", rx.el.p("text"), small=True),
            frame.columns(frame.prose(rx.el.p("text")), frame.stack("text", space="near")),
            town=TOWN,
            route="/book/",
            needs_script="Call us",
        ),
        actions.actions(
            actions.button("Go", waiting=Asking.waiting, waiting_words="Going", on_click=HallState.look),
            actions.submit("Send", waiting=Asking.waiting, waiting_words="Sending", sign="search", wide=True),
            *[actions.link_button("Go", "/en/", kind=kind) for kind in ("", "second", "danger", "quiet")],
        ),
        errors.error_summary(Asking.errors, waiting=Asking.waiting),
        fields.text_field(
            "name", "Name", hint="hint", error=Asking.name_error, dir="auto", max_length=200, auto_complete="name"
        ),
        fields.text_area("say", "Say", error="Say something"),
        fields.select_field("language", "Language", [("pt", "Português")]),
        choices.question(
            "mode", "How?", choices.radio("mode", "video", "By video", hint="hint", sign="video"), error=Asking.name_error
        ),
        choices.question("needs", "What?", choices.checkbox("needs", "more-time", "More time"), heading="h1"),
        summary.summary(summary.row("When", "now", change="/en/book/time/")),
        *[status.tag("state", kind) for kind in ("", "wait", "now", "ok", "warn", "bad")],
        *[notices.notice("words", title="title", kind=kind, live=True) for kind in ("", "ok", "warn", "now")],
        notices.done("Done", time="17:40", day="Thursday", place="Town hall", facts=rx.el.dl(plate.fact("Code", "VC"))),
        notices.more("More", "words"),
        plate.plate(
            plate.facts(plate.fact("a", "b", small="c")), plate.promise(plate.fact("a", "b")), plate.big_time("9:20", "Today")
        ),
        timeline.timeline(*[timeline.step("title", "said", stage=stage, when="now") for stage in ("", "now", "later")]),
        rows.cards(rows.card("title", "/en/", "text", sign="ticket")),
        rows.rows(rows.row("title", "/en/", rows.ways(*rows.WAY_SIGNS), sign="video"), rows.row("call", "tel:1", raw=True)),
        times.next_times("time", "Next", times.near_time("time", "1", day="Today", clock="9:20", is_today=True, notes="note")),
        times.next_times("time", "Next", error=Asking.name_error),
        errors.missing_answer("time", Asking.name_error, waiting=Asking.waiting),
        times.days(
            times.open_day("Monday", "2 times", times.part_of_day("Morning", times.time("time", "1", "9:20"))),
            times.shut_day("Tuesday", "full"),
        ),
        times.looking("Looking"),
        qr.qr("M0 0h1v1h-1z", 21, "Code", "words"),
        links.download("file", href="/x.ics", file_name="x.ics"),
    ]


def drawn(*parts: rx.Component) -> str:
    return "\n".join(str(part) for part in parts)


def test_no_part_hands_the_browser_an_attribute_that_reflex_takes_for_css():
    assert "css:" not in drawn(*every_part())
    assert "css:" in drawn(rx.el.a("x", href="/", hreflang="pt")), "the look-out itself is blind"


def test_no_part_is_made_of_radix_or_styled_components():
    assert "RadixThemes" not in drawn(*every_part())
    assert "RadixThemes" in drawn(rx.box("x"), rx.text("x")), "the look-out itself is blind"


def classes(markup: str) -> set[str]:
    values = [piece.split('"')[0] for piece in markup.split('className:"')[1:]]
    return {name for value in values for name in value.split()}


def test_every_class_in_the_markup_has_a_style():
    styles = "".join(file.read_text() for file in (ASSETS / "styles").glob("*.css"))
    unstyled = {name for name in classes(drawn(*every_part())) if f".{name}" not in styles}
    assert unstyled <= {"list", "normal", "head-tools", "offline", "foot-where", "question", "aside"}, unstyled
    assert "no-such-class" in classes(drawn(rx.el.p("x", class_name="no-such-class")))


def drawings(markup: str) -> set[str]:
    return {piece.split('"')[0] for piece in markup.split("icons.svg#i-")[1:]}


def test_every_icon_a_part_draws_is_in_the_sprite():
    sprite = (ASSETS / "icons.svg").read_text()
    assert {name for name in drawings(drawn(*every_part())) if f'id="i-{name}"' not in sprite} == set()
    assert 'id="i-no-such-drawing"' not in sprite


def test_every_icon_is_silent_because_words_stand_beside_it():
    markup = drawn(*every_part())
    assert markup.count('"aria-hidden":"true",className:"icon') == markup.count("icons.svg#i-")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_menu_leads_to_this_page_in_each_language_by_its_own_name(language):
    with use_language(language):
        menu = drawn(header.language_menu("/book/time/"))
    for other in LANGUAGES:
        assert f'dir:"{direction(other)}",href:"/{other}/book/time/",hrefLang:"{other}",lang:"{other}"' in menu
    assert menu.count("aria-current") == 1


def test_the_skip_link_and_the_errors_are_links_of_the_browser_that_move_the_focus():
    page = drawn(every_part()[0], errors.error_summary({"name": "Type your name"}))
    assert 'jsx("a",{className:"skip",href:"#main"}' in page
    assert 'jsx("a",{href:"#name"},"Type your name")' in page
    assert 'ReactRouterLink,{to:"#' not in page


def test_a_field_names_its_hint_and_its_error_in_reading_order():
    wrong = drawn(fields.text_field("tel", "Phone", hint="9 digits", error="Type 9 digits"))
    assert '"aria-describedby":"tel-hint tel-error","aria-invalid":"true"' in wrong
    right = drawn(fields.text_field("tel", "Phone", hint="9 digits"))
    assert '"aria-describedby":"tel-hint"' in right
    assert "aria-invalid" not in right


def test_a_field_whose_error_is_known_later_says_so_when_it_comes():
    field = drawn(fields.text_field("tel", "Phone", error=Asking.name_error))
    assert '? "tel-error" : ""' in field
    assert '? "true" : "false"' in field


def test_a_waiting_button_says_it_in_words_and_does_nothing_when_pressed_again():
    button = drawn(actions.button("Book", waiting=Asking.waiting, waiting_words="Booking", on_click=HallState.look))
    assert '? "Booking" : "Book"' in button
    assert button.index("() => null") < button.index(".look"), "while waiting, the press leads nowhere"


def test_the_error_summary_takes_the_focus_again_when_the_same_mistakes_are_made_again():
    hooks = "".join(errors.error_summary(Asking.errors, waiting=Asking.waiting)._get_all_hooks())
    assert "errors_rx_state_" in hooks
    assert "waiting_rx_state_]" in hooks


def test_a_telephone_number_runs_left_to_right_in_every_language():
    assert 'jsx("bdi",{dir:"ltr"},"259 000 100")' in drawn(links.telephone("259 000 100", "tel:259000100"))


def test_a_qr_code_has_its_quiet_zone():
    assert 'viewBox:"-4 -4 29 29"' in drawn(qr.qr("M0 0h1v1h-1z", 21, "Code"))
