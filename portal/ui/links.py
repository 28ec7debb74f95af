"""Links that say where they lead: within the site, within the page, to a file, to a telephone."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML
from reflex_components_core.el.elements.inline import A

from locales.catalogue import _
from portal.ui.icons import icon
from portal.ui.words import Child, Words, code

# `rx.el.a` is always taken over by the router. This one is the browser's own: for #fragments, files, /api and tel:.
raw_a = A.create


class NativeForm(BaseHTML):
    """A form that the browser submits itself; `rx.el.form` without `on_submit` would prevent that."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]
    enc_type: rx.Var[str]


native_form = NativeForm.create


def link(*words: Child, href: Words, **props) -> rx.Component:
    """A link in running text to another page of the site."""
    return rx.el.a(*words, href=href, **props)


def hit(*words: Child, href: Words, **props) -> rx.Component:
    """A link on a line of its own or at the end of one: as high as a finger, without pushing the lines apart."""
    return rx.el.a(*words, href=href, class_name="hit", **props)


def download(*words: Child, href: Words, file_name: Words = "", **props) -> rx.Component:
    """A link to a file made by the server (an .ics, a .pdf), which the router must leave alone."""
    return raw_a(*words, href=href, download=file_name or True, **props)


def back(*words: Child, href: Words) -> rx.Component:
    """An arrow and "Back", first thing in the page."""
    # Translators: link to the page before this one
    return rx.el.a(icon("arrow-left", turns=True), rx.el.span(*(words or (_("Back"),))), href=href, class_name="back")


def telephone(number: Words, call: Words) -> rx.Component:
    """A telephone number that a tap dials, its digits left to right in every script. `call` is its `tel:` address."""
    return raw_a(code(number), href=call, class_name="hit")
