"""When a handler breaks: the person reads one calm sentence, the technician finds the cause in the log, nobody sees a trace."""

from collections.abc import Iterator

import reflex as rx
from redis.exceptions import RedisError
from reflex.state import BaseState

from locales.catalogue import _
from portal.logs import log
from portal.ui.actions import button
from portal.ui.notices import notice


class TroubleState(rx.State):
    """Whether the last thing asked for broke on our side."""

    has_trouble: rx.Field[bool] = rx.field(False)

    @rx.event
    async def show(self):
        """And let go of a button that says "One moment": the handler that broke can't any more."""
        self.has_trouble = True
        for each in _that_let_wait(rx.State):
            # Also where it is False: the page was told otherwise, and a State that breaks is not kept in Redis.
            (await self.get_state(each)).is_waiting = False

    @rx.event
    def dismiss(self):
        self.has_trouble = False


def _that_let_wait(root: type[BaseState]) -> Iterator[type[BaseState]]:
    for state in root.get_substates():
        if "is_waiting" in state.base_vars:
            yield state
        yield from _that_let_wait(state)


def caught(exception: Exception) -> rx.event.EventSpec | None:
    """What Reflex calls with an exception that no handler expected. Whatever was under way was rolled back."""
    if isinstance(exception, RedisError):
        # To show anything takes Redis too. The page has been told by the loss of its line (portal/redis_gone.py).
        log.error("Redis doesn't answer, so what a page asked for was not done: %s", type(exception).__name__)
        return None
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
