"""What the page of a counter sends, made into something typed: anybody can send anything."""

from __future__ import annotations

from pydantic import BaseModel, Field, ValidationError

from booking.counters import OUTCOMES
from booking.errors import NotValid
from portal.page_state import Typed

LONGEST_TURN = 64


class Chosen(BaseModel):
    """`to`: a counter or a service. `service`, `language`, `has_priority`: what somebody comes for who gets a number here. `kind`
    and `minutes`: what everybody who waits is told.
    """

    counter: Typed = Field(default="", max_length=200)
    to: Typed = Field(default="", max_length=200)
    service: Typed = Field(default="", max_length=200)
    language: Typed = Field(default="", max_length=20)
    has_priority: bool | str | None = Field(default=None)
    reference: Typed = Field(default="", max_length=200)
    kind: Typed = Field(default="", max_length=40)
    minutes: Typed = Field(default="", max_length=4)


def chosen(form: object) -> Chosen:
    try:
        return Chosen.model_validate(form)
    except ValidationError:
        return Chosen()


def once_of(turn: object) -> str:
    """Raises NotValid for what names no turn."""
    if not isinstance(turn, str) or len(turn) > LONGEST_TURN:
        raise NotValid(())
    return turn


def ticket_of(number: object) -> int:
    """0 for what is no ticket, which is refused as an unknown one."""
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31 else 0


def outcome_of(said: object) -> str:
    """ "" for what is none, which is refused."""
    return next((each for each in OUTCOMES if each == said), "")


def minutes_of(typed: str) -> int | None:
    """None where nobody knows, or what was typed is no number."""
    return int(typed) if typed.isascii() and typed.isdigit() else None
