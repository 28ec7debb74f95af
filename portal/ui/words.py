"""What parts are filled with: words known while the page is built, Vars known in the browser, other parts."""

from __future__ import annotations

import reflex as rx

Words = str | rx.Var
Child = str | rx.Var | rx.Component
UNBROKEN_HYPHEN = "-\N{WORD JOINER}"


def given(words: Words | None) -> bool:
    """Whether there is something to show. A Var counts: what it holds is known in the browser only."""
    return isinstance(words, rx.Var) or bool(words)


def paragraphs(said: tuple[Child, ...]) -> list[rx.Component]:
    """Sentences wrapped as paragraphs, other parts as they are."""
    return [part if isinstance(part, rx.Component) else rx.el.p(part) for part in said]


def hidden_words(*words: Child) -> rx.Component:
    """Words for a screen reader only."""
    return rx.el.span(*words, class_name="sr")


def code(text: Words) -> rx.Component:
    """A code, a number or hours: left to right and in one piece, also in the middle of an Arabic sentence."""
    return rx.el.bdi(text, dir="ltr")


def long_code(text: rx.Var) -> rx.Component:
    """A code in groups, "8K3M-94QX-2B7T-H5DW": left to right, and where it is too long for its line, broken between groups."""
    return rx.el.bdi(
        rx.foreach(
            text.to(str).split("-"), lambda group, place: rx.fragment(rx.cond(place > 0, rx.fragment("-", rx.el.wbr())), group)
        ),
        dir="ltr",
        class_name="long-code",
    )


def local_name(text: Words) -> rx.Component:
    """A person's name, exactly as they typed it: its own script decides which way it runs."""
    return rx.el.bdi(text)


def local_address(text: Words) -> rx.Component:
    """A street and its town: its own script decides which way it runs, and no line ends inside "5099-001"."""
    said = text.to(str) if isinstance(text, rx.Var) else text
    return rx.el.bdi(said.replace("-", UNBROKEN_HYPHEN))
