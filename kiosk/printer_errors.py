"""Why a ticket was not printed."""

from __future__ import annotations


class NotPrinted(Exception):
    """The printer hasn't taken it. `begun`: something was sent to be printed, so that a part of it may hang out of the printer, and
    whoever prints it again may print it twice."""

    begun: bool = False


class PrinterGone(NotPrinted):
    """Nobody answers at its address, or no longer."""


class PaperOut(NotPrinted):
    def __init__(self) -> None:
        super().__init__("its paper is at an end")


class PrinterTrouble(NotPrinted):
    """It is there and doesn't print: why, for whoever goes and looks."""
