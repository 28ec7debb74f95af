"""When a handler breaks: the person reads one calm sentence, the technician finds the cause in the log, nobody sees a trace."""

import reflex as rx

from locales.catalogue import _
from portal.logs import log
from portal.ui.actions import button
from portal.ui.notices import notice


class TroubleState(rx.State):
    """Whether the last thing asked for broke on our side."""

    has_trouble: rx.Field[bool] = rx.field(False)

    @rx.event
    def show(self):
        self.has_trouble = True

    @rx.event
    def dismiss(self):
        self.has_trouble = False


def caught(exception: Exception) -> rx.event.EventSpec | None:
    """What Reflex calls with an exception that no handler expected. Whatever was under way was rolled back."""
    log.error("A handler broke", exc_info=exception)
    return TroubleState.show()  # pyright: ignore[reportReturnType]


def trouble_banner() -> rx.Component:
    """A calm sentence at the top of the page; everything that was typed is still below it."""
    return rx.el.div(
        rx.cond(
            TroubleState.has_trouble,
            rx.el.div(
                notice(
                    rx.el.p(
                        _(
                            "Something went wrong on our side. Nothing was booked or changed. "
                            "Your answers are still here: please try again."
                        )
                    ),
                    rx.el.p(button(_("Close this message"), kind="quiet", on_click=TroubleState.dismiss)),
                    kind="warn",
                ),
                class_name="wrap page",
            ),
        ),
        role="alert",
    )
