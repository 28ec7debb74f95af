"""Recovery codes, as drawn: to be printed or noted down."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _
from portal.ui.links import raw_a
from portal.ui.words import code


def recovery_codes(codes: rx.vars.ArrayVar) -> rx.Component:
    return rx.fragment(
        rx.el.p(
            _("If your phone is lost, each of these lets you in once beside your password. Print them, or note them down.")
        ),
        rx.el.ul(rx.foreach(codes, lambda each: rx.el.li(code(each))), class_name="prose"),
        rx.el.p(raw_a(_("Print this page"), href="#print", class_name="hit"), class_name="no-print"),
    )
