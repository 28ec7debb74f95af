"""A time that is kept for somebody: what their page says of it."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

import reflex as rx

from locales import dates
from portal.page_state import now
from portal.ui.deadline import NEAR


class KeptTime(rx.State, mixin=True):
    """`kept_moment` is the day and time that is kept, `kept_until` the time of day until which, "" when it is kept no longer."""

    kept_moment: rx.Field[str] = rx.field("")
    kept_until: rx.Field[str] = rx.field("")
    kept_seconds: rx.Field[int] = rx.field(0)
    is_ending: rx.Field[bool] = rx.field(False)

    def _show_kept(self, start: datetime | None, until: datetime | None, zone: ZoneInfo) -> None:
        is_kept = start is not None and until is not None and until > now()
        self.kept_moment = dates.moment(start, zone) if start and is_kept else ""
        self.kept_until = dates.time(until, zone) if until and is_kept else ""
        self.kept_seconds = ceil((until - now()).total_seconds()) if until and is_kept else 0
        self.is_ending = is_kept and self.kept_seconds <= NEAR + 1
