"""When a counter is open: wall-clock rules of a town become spans of UTC minutes, here and nowhere else.

A wall-clock time that doesn't exist (clocks go forward) is the instant of the jump; one that exists twice (clocks go back)
is the first. So an opening from 00:30 to 03:30 lasts two real hours in one night of spring and four in one of autumn.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays as public_holidays

from booking.interval import Span, cut, instant_of, minute_of, union

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class OpeningRule:
    """Open from `opens` to `closes`, local time, on weekdays (Monday is 0) of every n-th week, or on one day alone.

    Weeks begin on Monday and are counted from the week of `first_day`. `first_day` and `last_day` both belong to the rule.
    An opening for one day adds to the others. It wins over a public holiday when it says so, never over a closure.
    Raises ValueError, in a sentence, when the rule makes no sense.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time
    every_weeks: int = 1
    first_day: date | None = None
    last_day: date | None = None
    on_day: date | None = None
    despite_holiday: bool = False

    def __post_init__(self):
        for reason in _senseless(self):
            raise ValueError(reason)

    def opens_on(self, day: date, is_holiday: bool) -> bool:
        if self.on_day:
            return day == self.on_day and (self.despite_holiday or not is_holiday)
        return (
            not is_holiday
            and day.weekday() in self.weekdays
            and (self.first_day is None or self.first_day <= day)
            and (self.last_day is None or day <= self.last_day)
            and self._weeks_before(day) % self.every_weeks == 0
        )

    def _weeks_before(self, day: date) -> int:
        return (_monday(day) - _monday(self.first_day)) // WEEK if self.first_day else 0


@dataclass(frozen=True)
class Closure:
    """Closed, or absent, from `starts` until `ends`: naive local times, half-open. Raises ValueError."""

    starts: datetime
    ends: datetime

    def __post_init__(self):
        if self.starts.tzinfo or self.ends.tzinfo:
            raise ValueError("a closure is written in local time, without a zone")
        if not (_on_the_minute(self.starts) and _on_the_minute(self.ends)):
            raise ValueError("times are given in hours and minutes")
        if self.ends <= self.starts:
            raise ValueError(f"it ends at {self.ends}, not after it starts at {self.starts}")


def openings(
    rules: Iterable[OpeningRule],
    closures: Iterable[Closure],
    holidays: Container[date],
    zone: ZoneInfo,
    first_day: date,
    last_day: date,
) -> list[Span]:
    """The openings of one counter on the local days from `first_day` to `last_day`, both included, sorted by start.

    `closures` are those of the town, the location, the counter and the person, whichever concern it. What a closure leaves
    of an opening are openings of their own. Openings may overlap; they are never merged.
    """
    ruled = _ruled(list(rules), holidays, zone, first_day, last_day)
    closed = [(wall_clock(zone, closure.starts), wall_clock(zone, closure.ends)) for closure in closures]
    return cut(ruled, closed)


def presence(absences: Iterable[Iterable[Closure]], zone: ZoneInfo, first_day: date, last_day: date) -> list[Span]:
    """When at least one of several people is there, each of whom has these absences.

    Where one goes as another comes, two spans touch: nobody's visit is begun by the one and ended by the other.
    """
    whole = (day_span(zone, first_day)[0], day_span(zone, last_day)[1])
    return union(
        span
        for away in absences
        for span in cut([whole], [(wall_clock(zone, each.starts), wall_clock(zone, each.ends)) for each in away])
    )


def day_span(zone: ZoneInfo, day: date) -> Span:
    """From local midnight to the next: 23, 24 or 25 hours. Where midnight is jumped over, the day begins at the jump."""
    return wall_clock(zone, datetime.combine(day, time())), wall_clock(zone, datetime.combine(day + DAY, time()))


def local_day(zone: ZoneInfo, minute: int) -> date:
    """The day on the calendar there, at this minute."""
    return instant_of(minute).astimezone(zone).date()


@lru_cache(maxsize=16_384)
def wall_clock(zone: ZoneInfo, local: datetime) -> int:
    """The minute at which clocks there show `local` (naive): the jump if they never do, the first time if they do twice."""
    before, after = (_read_with_offset(zone, local, fold) for fold in (0, 1))
    return minute_of(before) if before <= after else _jump_between(zone, after, before)


def holiday_names(
    country: str | None,
    subdivision: str | None,
    years: Iterable[int],
    own_days: Mapping[date | tuple[int, int], str],
    language: str,
) -> dict[date, str]:
    """Public holidays and a town's own, with their names.

    Names are in `language` ("pt") where the `holidays` library has it, else in English, else in the country's own.
    An own day is a date, or (month, day) of every year; its name stands behind the public one where both fall together.
    Raises ValueError for a country or subdivision the library doesn't know.
    """
    years = sorted(set(years))
    named = _public_holidays(country, subdivision, tuple(years), language) if country else {}
    for day, name in _own_holidays(own_days, years):
        named[day] = "; ".join(filter(None, (named.get(day), name)))
    return named


def _senseless(rule: OpeningRule) -> Iterator[str]:
    if not (_on_the_minute(rule.opens) and _on_the_minute(rule.closes)):
        yield "times are given in hours and minutes, without a zone"
    if rule.closes <= rule.opens:
        yield f"it closes at {rule.closes:%H:%M}, not after it opens at {rule.opens:%H:%M}"
    if not rule.weekdays <= set(range(7)):
        yield "weekdays go from 0 for Monday to 6 for Sunday"
    if rule.every_weeks < 1:
        yield "every_weeks is at least 1"
    yield from _senseless_on_one_day(rule) if rule.on_day else _senseless_by_the_week(rule)


def _senseless_on_one_day(rule: OpeningRule) -> Iterator[str]:
    if rule.weekdays or rule.first_day or rule.last_day or rule.every_weeks != 1:
        yield "an opening on one day has no weekdays, no weeks, no first and no last day"


def _senseless_by_the_week(rule: OpeningRule) -> Iterator[str]:
    if not rule.weekdays:
        yield "it opens on no weekday and on no day"
    if rule.despite_holiday:
        yield "only an opening written for one day can win over a holiday"
    if rule.every_weeks > 1 and not rule.first_day:
        yield f"every {rule.every_weeks} weeks are counted from a first_day"
    if rule.first_day and rule.last_day and rule.last_day < rule.first_day:
        yield f"its last day {rule.last_day} comes before its first {rule.first_day}"


def _ruled(
    rules: list[OpeningRule], holidays: Container[date], zone: ZoneInfo, first_day: date, last_day: date
) -> Iterator[Span]:
    for day in _days(first_day, last_day):
        is_holiday = day in holidays
        for rule in rules:
            if rule.opens_on(day, is_holiday):
                opens = wall_clock(zone, datetime.combine(day, rule.opens))
                closes = wall_clock(zone, datetime.combine(day, rule.closes))
                if opens < closes:  # both may be the same jump
                    yield opens, closes


def _days(first_day: date, last_day: date) -> Iterator[date]:
    return (first_day + number * DAY for number in range((last_day - first_day).days + 1))


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _on_the_minute(at: time | datetime) -> bool:
    return not (at.second or at.microsecond or at.tzinfo)


def _read_with_offset(zone: ZoneInfo, local: datetime, fold: int) -> datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _jump_between(zone: ZoneInfo, before: datetime, after: datetime) -> int:
    """The first minute in (before, after] at which clocks there follow the new offset. PEP 495 brackets it for a gap."""
    low, high = minute_of(before), minute_of(after)
    new = after.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if instant_of(middle).astimezone(zone).utcoffset() == new:
            high = middle
        else:
            low = middle
    return high


def _public_holidays(country: str, subdivision: str | None, years: tuple[int, ...], language: str) -> dict[date, str]:
    try:
        spoken = _spoken(country, language)
        return dict(public_holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=spoken))
    except NotImplementedError as unknown:
        raise ValueError(str(unknown)) from unknown


def _spoken(country: str, language: str) -> str | None:
    """The library's own code for a language of this country's holidays; None for the country's own."""
    codes = getattr(public_holidays.country_holidays(country), "supported_languages", ())
    for wanted in (language, "en"):
        for code in codes:
            if code.partition("_")[0] == wanted:
                return code
    return None


def _own_holidays(own_days: Mapping[date | tuple[int, int], str], years: list[int]) -> Iterator[tuple[date, str]]:
    for day, name in own_days.items():
        if isinstance(day, date):
            yield day, name
        else:
            yield from ((that_day, name) for year in years for that_day in _in_year(year, *day))


def _in_year(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:  # 29 February
        return
