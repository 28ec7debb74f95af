"""What to put right before going on, said once above the form and once at each field."""

from __future__ import annotations

from collections.abc import Mapping

import reflex as rx
from reflex_base.vars import VarData

from locales.catalogue import _
from portal.ui.links import raw_a
from portal.ui.words import Words

SUMMARY_ID = "errors"


def error_summary(errors: Mapping[str, str] | rx.Var, *, waiting: rx.Var | bool = False, title: Words = "") -> rx.Component:
    """A red frame that takes the focus: one line for each mistake, leading to the field that has it.

    `errors` maps a field's name to a sentence with the fix. The same mistakes made again don't change it, so it
    also looks at `waiting`: true while a handler runs, and the focus comes back when it has answered.
    """
    if isinstance(errors, rx.Var):
        by_field = errors.to(dict[str, str])
        lines = rx.foreach(by_field, lambda pair: _line(pair[0], pair[1]))
        return rx.fragment(
            rx.cond(by_field.length() > 0, _summary(lines, title)),
            SummaryFocus.create(errors=by_field, waiting=waiting),
        )
    return _summary(rx.fragment(*[_line(*pair) for pair in errors.items()]), title) if errors else rx.fragment()


def missing_answer(field: str, sentence: rx.Var, *, waiting: rx.Var | bool = False) -> rx.Component:
    """The same frame above a page that asks one question: its only mistake is that nothing was chosen."""
    return rx.fragment(
        rx.cond(sentence, _summary(_line(field, sentence), "")), SummaryFocus.create(errors=sentence, waiting=waiting)
    )


class SummaryFocus(rx.Fragment):
    """Draws nothing; moves the focus to the summary when a handler has set new errors."""

    errors: rx.Var[dict[str, str] | str]
    waiting: rx.Var[bool]

    def _exclude_props(self) -> list[str]:
        return ["errors", "waiting"]

    def add_hooks(self) -> list[str | rx.Var]:
        given = (self.errors, self.waiting)
        move = f"if (!{self.waiting!s}) document.getElementById('{SUMMARY_ID}')?.focus();"
        imports = VarData(imports={"react": "useEffect"})
        return [
            rx.Var(
                f"useEffect(() => {{ {move} }}, [{', '.join(map(str, given))}])",
                _var_data=VarData.merge(*[var._get_all_var_data() for var in given], imports),
            )
        ]


def _summary(lines: rx.Component, title: Words) -> rx.Component:
    return rx.el.section(
        # Translators: heading of the list of mistakes above a form
        rx.el.h2(title or _("Please look at this again"), id=f"{SUMMARY_ID}-title", class_name="t3"),
        rx.el.ul(lines, class_name="list"),
        id=SUMMARY_ID,
        class_name="errors flow near",
        role="alert",
        tab_index=-1,
        aria_labelledby=f"{SUMMARY_ID}-title",
    )


def _line(field: Words, sentence: Words) -> rx.Component:
    return rx.el.li(raw_a(sentence, href=f"#{field}"))
