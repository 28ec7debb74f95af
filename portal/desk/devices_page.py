"""The ticket machines of one's houses, as drawn."""

from __future__ import annotations

import reflex as rx

from kiosk.device import BY_BROWSER, NO_PRINTER
from locales.catalogue import _, path
from portal.desk.devices_state import BY_RECEIPT_PRINTER, DEVICES, DevicesState, Machine
from portal.desk.sign_in_state import DESK
from portal.site import page
from portal.ui.actions import actions, button, submit
from portal.ui.fields import select_field, text_field
from portal.ui.frame import section, stack, title
from portal.ui.moments import one_moment, trouble
from portal.ui.notices import more, notice
from portal.ui.summary import row, summary
from portal.ui.words import code

MachineVar = rx.vars.ObjectVar[Machine]


def devices_title() -> str:
    return _("Ticket machines")


def devices() -> rx.Component:
    return page(
        title(
            devices_title(),
            lead=_("Any screen with a browser can be one: open its address there, and type a code once."),
            back_to=path(DESK),
        ),
        trouble(DevicesState.problem),
        rx.cond(DevicesState.news, notice(DevicesState.news, kind="ok", live=True), rx.fragment()),
        one_moment(
            DevicesState.is_ready,
            stack(_new(), _those_there(), space="far"),
        ),
        route=DEVICES,
        needs_script=True,
    )


def _new() -> rx.Component:
    return section(
        _("Set up a machine"),
        rx.cond(
            DevicesState.code,
            notice(
                rx.el.p(
                    # Translators: followed by the address of a page
                    _("On the screen that becomes a ticket machine, open this page:"),
                    " ",
                    code(path("/kiosk/")),
                ),
                rx.el.p(_("There, type this code:"), " ", rx.el.b(code(DevicesState.code), class_name="big")),
                rx.el.p(_("It is good once, until {time}. It is shown only here.", time=DevicesState.until)),
                kind="ok",
                live=True,
            ),
        ),
        rx.el.form(
            select_field(
                "house",
                _("In which house?"),
                rx.foreach(DevicesState.houses, lambda house: rx.el.option(house.name, value=house.slug)),  # type: ignore[arg-type]
            ),
            actions(submit(_("Get a code"))),
            on_submit=DevicesState.pair,
            class_name="flow apart",
            no_validate=True,
        ),
    )


def _those_there() -> rx.Component:
    return section(
        _("Those that are set up"),
        rx.cond(
            DevicesState.machines.length() > 0,
            rx.el.div(rx.foreach(DevicesState.machines, _machine), class_name="flow far"),
            rx.el.p(_("None yet.")),
        ),
    )


def _machine(machine: MachineVar) -> rx.Component:
    number = machine.number.to_string()
    return rx.el.section(
        # Translators: a ticket machine by its number
        rx.el.h3(_("Machine {number}", number=number), ": ", machine.house),
        rx.cond(machine.trouble, notice(machine.trouble, kind="warn")),
        summary(row(_("Set up"), machine.since), row(_("Last seen"), machine.seen)),
        more(
            _("Where it prints"),
            rx.el.form(
                select_field(
                    "printer",
                    _("How does it print?"),
                    [
                        (NO_PRINTER, _("Not at all: the number stands on the screen")),
                        (BY_BROWSER, _("By its browser (80 mm)")),
                        (BY_RECEIPT_PRINTER, _("On a receipt printer (ESC/POS)")),
                    ],
                    of=number,
                    default_value=machine.printer,
                ),
                text_field(
                    "address",
                    _("Address of the receipt printer"),
                    hint=_("For example {example}", example="\u2066escpos://192.0.2.7:9100\u2069"),
                    dir="ltr",
                    auto_complete="off",
                    of=number,
                    default_value=machine.address,
                ),
                actions(submit(_("Save"), kind="second")),
                on_submit=DevicesState.print_on(machine.number),
                class_name="flow apart",
                no_validate=True,
            ),
        ),
        more(
            _("End it"),
            rx.el.p(_("It then gives no more numbers. Numbers that were given stay good.")),
            actions(
                button(
                    _("Yes, it is a ticket machine no longer"), kind="danger", on_click=DevicesState.withdraw(machine.number)
                )
            ),
        ),
        class_name="flow",
        key=number,
    )
