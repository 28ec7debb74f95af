"""The two statements every public body owes: how everyone can use this, and what is kept about whom."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _
from portal.site import drawn_catalogue, page, said, town_facts
from portal.ui.frame import prose, stack, title
from portal.ui.links import raw_a, telephone
from portal.ui.summary import row, summary


def accessibility_title() -> str:
    return _("Accessibility")


def accessibility() -> rx.Component:
    return page(
        stack(
            title(accessibility_title(), lead=_("Everyone must be able to use this site alone, or with the help they choose.")),
            prose(
                rx.el.h2(_("How this site is made")),
                rx.el.ul(
                    rx.el.li(_("Everything works with a keyboard alone, and is read aloud in a sensible order.")),
                    rx.el.li(_("Text can grow to four times its size; nothing is cut off and nothing overlaps.")),
                    rx.el.li(_("Colour is never the only sign. Dark screens and high contrast follow your own settings.")),
                    rx.el.li(_("If you need more time, one button keeps your time for longer.")),
                    rx.el.li(_("No puzzles, no twisted letters to decipher, no passwords to invent.")),
                ),
                rx.el.p(
                    _(
                        "We work to the Web Content Accessibility Guidelines 2.2, level AA. "
                        "Every page is tested in every language: by machine, with a keyboard alone, on a small screen and with large text."
                    )
                ),
            ),
            prose(
                rx.el.h2(_("Where it still falls short")),
                rx.el.p(
                    _(
                        "Video calls open in another service, and we do not control how accessible it is. We can phone you instead."
                    )
                ),
            ),
            prose(
                rx.el.h2(_("When you come to us")),
                rx.el.p(
                    _(
                        "Tell us when you book if you need a way in without steps, an interpreter, sign language, "
                        "more time, or somebody with you. It stands beside your appointment."
                    )
                ),
                *_ways_in(),
            ),
            prose(
                rx.el.h2(_("Something does not work for you?")),
                rx.el.p(_("Tell us, in whatever way is easiest. We answer within 5 working days and say what we will do.")),
                _contact(),
            ),
            space="far",
        ),
        route="/accessibility/",
    )


def privacy_title() -> str:
    return _("Privacy")


def privacy() -> rx.Component:
    return page(
        stack(
            title(privacy_title(), lead=_("We keep what your visit needs, for as long as it needs it, and nothing else.")),
            stack(
                rx.el.h2(_("What we keep, and why")),
                summary(
                    row(_("Your name"), _("To know whom we are expecting.")),
                    row(
                        _("E-mail or phone"),
                        _("To reach you about this appointment. One of the two is enough."),
                    ),
                    row(_("Language and needs"), _("So that the right person and the right room are ready.")),
                    row(_("Service, place and time"), _("It is the appointment itself.")),
                ),
            ),
            prose(
                rx.el.h2(_("What we do not do")),
                rx.el.ul(
                    rx.el.li(_("We do not sell, lend or compare your data.")),
                    rx.el.li(_("No advertising, no counting of visitors by others, no requests to other companies.")),
                    rx.el.li(_("Names are never shown on screens in the hall, and never stand in the address of a page.")),
                ),
            ),
            prose(
                rx.el.h2(_("What stays on your device")),
                rx.el.p(
                    _(
                        "While you book, this tab of your browser keeps one number that leads to your answers on our side. "
                        "After booking, or when you open an appointment, it also keeps the two codes. "
                        "Both are gone when you close the tab. The text size you choose stays in your browser."
                    )
                ),
                rx.el.p(
                    _("Answers you do not finish are deleted after 24 hours, appointments nobody confirmed after ten days.")
                ),
            ),
            prose(
                rx.el.h2(_("Your rights")),
                rx.el.p(
                    _(
                        "You can ask what we hold about you and have it put right. You can object to how we use it and, "
                        "where the law allows, have it deleted. Ask us; it costs nothing."
                    )
                ),
                _contact(),
                rx.el.p(
                    _(
                        "If our answer is not good enough, you can go to the national data protection authority (in Portugal, the CNPD)."
                    )
                ),
            ),
            space="far",
        ),
        route="/privacy/",
    )


def _ways_in() -> list[rx.Component]:
    return [
        rx.el.p(rx.el.b(said(location.name)), rx.el.br(), said(location.way_in))
        for location in drawn_catalogue().locations.values()
    ]


def _contact() -> rx.Component:
    facts, email = town_facts(), drawn_catalogue().town.email
    return rx.el.ul(
        rx.el.li(telephone(facts.telephone, facts.call), _(", "), facts.hours),
        rx.el.li(raw_a(rx.el.bdi(email, dir="ltr"), href=f"mailto:{email}", class_name="hit")),
        rx.el.li(rx.el.bdi(facts.address)),
    )
