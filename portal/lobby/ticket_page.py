"""The ticket on one's own telephone, as drawn: the number, the range, what happens next, and what one may do."""

from __future__ import annotations

import reflex as rx

from booking.lobby import policy_of
from booking.tickets import CALLED, FINISHED, LEFT, NOT_THERE, OFFERED, PARKED, SERVING, WAITING
from locales import dates
from locales.catalogue import _, ngettext, path
from portal.lobby.addresses import TICKET
from portal.lobby.ticket_state import EVERY, TicketState
from portal.site import drawn_catalogue, page
from portal.ui.actions import actions, button, link_button, submit
from portal.ui.choices import checkbox
from portal.ui.deadline import deadline
from portal.ui.errors import missing_answer
from portal.ui.fields import text_field
from portal.ui.frame import stack, title
from portal.ui.icons import icon
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import more, notice
from portal.ui.plate import fact, facts

SHOWN = TicketState.shown


def ticket_title() -> str:
    return _("My ticket")


def ticket() -> rx.Component:
    return page(
        rx.el.script(src="/ticket.js", async_=True),
        rx.cond(SHOWN.number, _followed(), _ask()),
        route=TICKET,
        needs_script=True,
    )


def _ask() -> rx.Component:
    return rx.fragment(
        missing_answer("code", TicketState.error, waiting=TicketState.is_waiting),
        rx.el.div(
            title(ticket_title(), lead=_("Scan the square on your ticket with your phone, or type its code here.")),
            trouble(TicketState.problem),
            one_moment(
                TicketState.is_ready,
                rx.el.form(
                    text_field(
                        "code",
                        _("Code on the ticket"),
                        hint=_("16 letters and digits, in four groups."),
                        error=TicketState.error,
                        dir="ltr",
                        auto_complete="off",
                        spell_check=False,
                    ),
                    actions(submit(_("Follow it"))),
                    on_submit=TicketState.find,
                    class_name="flow apart",
                    no_validate=True,
                ),
            ),
            class_name="flow measure apart",
        ),
    )


def _followed() -> rx.Component:
    return rx.el.div(
        deadline(
            since=TicketState.asked_at, seconds=EVERY, on_near=TicketState.look, on_over=TicketState.look, until_answered=True
        ),
        _number(),
        rx.el.div(rx.cond(SHOWN.told, notice(SHOWN.told, kind="now", sign="megaphone")), role="status"),
        trouble(TicketState.problem),
        rx.cond(SHOWN.latest, rx.el.p(icon("volume-2"), rx.el.span(SHOWN.latest), class_name="split top")),
        _what_next(),
        _what_they_may(),
        _order(),
        class_name="flow measure apart",
    )


def _number() -> rx.Component:
    return rx.el.section(
        rx.el.h1(
            rx.el.span(_("Your number is"), class_name="over"), " ", rx.el.span(rx.el.bdi(SHOWN.number), class_name="number")
        ),
        rx.el.div(_state(), role="status"),
        rx.el.p(SHOWN.what_for, class_name="soft small"),
        class_name=rx.cond(SHOWN.state == CALLED, "plate flow center now", "plate flow center"),
        custom_attrs={"data-state": SHOWN.state, "data-calls": SHOWN.calls.to_string()},
        id="ticket",
    )


def _state() -> rx.Component | rx.Var:
    return rx.match(
        SHOWN.state,
        (WAITING, _waiting()),
        (CALLED, rx.el.p(_("It is your turn: counter {counter}", counter=SHOWN.counter), class_name="big")),
        (SERVING, rx.el.p(_("You are being served at counter {counter}.", counter=SHOWN.counter))),
        (PARKED, rx.el.p(_("Set aside for a moment. You keep your number: go back to the counter when you are ready."))),
        (OFFERED, rx.el.p(_("We are passing you on to another counter. Please wait a moment."))),
        (NOT_THERE, rx.el.p(_("We called you and did not find you."))),
        rx.el.p(SHOWN.over),
    )


def _waiting() -> rx.Component:
    return rx.fragment(
        rx.cond(
            SHOWN.is_known,
            rx.fragment(rx.el.p(_("Your turn in"), class_name="soft"), rx.el.p(SHOWN.wait, class_name="big")),
            rx.el.p(SHOWN.wait, class_name="t3"),
        ),
        rx.cond(SHOWN.alone, rx.el.p(SHOWN.alone)),
        rx.cond(SHOWN.people, rx.el.p(SHOWN.people)),
        rx.el.ul(rx.foreach(SHOWN.ahead, rx.el.li), class_name="list soft small"),
        rx.cond(SHOWN.basis, rx.el.p(SHOWN.basis, class_name="soft small")),
    )


def _what_next() -> rx.Component:
    """Nothing, once it is over."""
    return rx.cond(
        SHOWN.next,
        stack(
            facts(
                fact(
                    _("What happens next"),
                    SHOWN.next,
                    # Translators: {language} is the name of a language in that language itself
                    rx.cond(SHOWN.language, rx.el.small(" ", _("In {language}", language=SHOWN.language))),
                ),
                fact(_("Where"), SHOWN.place),
            ),
            checkbox("ring", "yes", _("Ring and vibrate when it is my turn"), custom_attrs={"data-ring": "yes"}),
            rx.el.p(
                _("Checked at {time}. This page asks again every ten seconds.", time=SHOWN.checked_at), class_name="soft small"
            ),
        ),
    )


def _what_they_may() -> rx.Component:
    return stack(
        rx.cond(SHOWN.may_come_back, actions(button(_("I am here now"), on_click=TicketState.come_back))),
        rx.cond(
            SHOWN.may_wait_longer,
            rx.el.div(
                actions(
                    button(_("I need more time"), sign="pause", kind="second", on_click=TicketState.more_time(SHOWN.postponed))
                ),
                rx.el.p(_("Two others go first, and you keep your number. You can do this twice."), class_name="soft small"),
                class_name="flow near",
            ),
        ),
        rx.match(
            SHOWN.state,
            (LEFT, _over()),
            (FINISHED, _over()),
            (SERVING, rx.fragment()),
            more(
                _("Leave the line"),
                rx.el.p(_("Your number is then over. If you come again, you take a new one.")),
                actions(button(_("Yes, leave the line"), kind="danger", on_click=TicketState.leave)),
            ),
        ),
    )


def _over() -> rx.Component:
    return actions(
        button(_("Close this ticket"), on_click=TicketState.forget),
        link_button(_("All services"), path("/services/"), kind="second"),
    )


def _order() -> rx.Component:
    policy = policy_of(drawn_catalogue())
    return more(
        _("How the order is made"),
        rx.el.ol(
            rx.el.li(_("Appointments at their time.")),
            rx.el.li(_("Whoever has waited for {span}.", span=dates.span(policy.span("longest_wait")))),
            rx.el.li(_("People with priority: elderly, pregnant, with a small child, with a disability.")),
            rx.el.li(_("Everybody else, in the order in which they came.")),
            class_name="prose",
        ),
        rx.el.p(
            ngettext(
                "After {n} appointment or priority somebody else is called. Nobody can buy or ask their way forward.",
                "After {n} appointments or priorities in a row somebody else is called. Nobody can buy or ask their way forward.",
                policy.most_in_a_row,
            )
        ),
    )
