"""Days and hours as people say them, in the language being spoken. Never 03/04.

Instants are aware datetimes; `zone` is the place's. The patterns are ordinary messages, so a translator
decides the order of weekday, day and month; names of months and days are the Unicode CLDR's (Babel).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from babel import Locale

from locales.catalogue import _, current_language, locale, ngettext

# Arabic readers know a month by one of two names: the Maghrebi or Egyptian one, and the Levantine one.
SECOND_MONTHS = {"ar": Locale("ar", "SY")}


def day(value: date) -> str:
    """ "Thursday 26 November" """
    # Translators: a day of this or next year, such as "Thursday 26 November". Do not add the year.
    return _("{weekday} {day} {month}", weekday=weekday(value), day=value.day, month=month(value))


def short_day(value: date) -> str:
    # Translators: a day without its weekday, such as "26 November"
    return _("{day} {month}", day=value.day, month=month(value))


def day_and_year(value: date) -> str:
    # Translators: {day} is already "Thursday 26 November"
    return _("{day} {year}", day=day(value), year=value.year)


def time(at: datetime, zone: tzinfo) -> str:
    """ "9:20": hours of 24 without a leading zero."""
    local = at.astimezone(zone)
    # Translators: the time of day, such as 9:20 or 17:40
    return _("{hour}:{minute}", hour=local.hour, minute=f"{local.minute:02}")


def moment(at: datetime, zone: tzinfo) -> str:
    # Translators: {day} is "Thursday 26 November", {time} is "17:40"
    return _("{day}, {time}", day=day(at.astimezone(zone).date()), time=time(at, zone))


def weekday(value: date) -> str:
    return locale().days["format"]["wide"][value.weekday()]


def weekday_name(number: int) -> str:
    """The name of a weekday by itself, 0 is Monday, with a capital where the language writes one at the beginning of a line."""
    name = locale().days["stand-alone"]["wide"][number]
    return name[0].upper() + name[1:]


def span_of(count: int) -> str:
    """So many minutes in their largest whole unit."""
    return span(timedelta(minutes=count))


def month(value: date) -> str:
    name = locale().months["format"]["wide"][value.month]
    second = SECOND_MONTHS.get(current_language())
    return f"{name} ({_unbroken(second.months['format']['wide'][value.month])})" if second else name


def _unbroken(name: str) -> str:
    """A month of two words, such as "تشرين الثاني", on one line."""
    return name.replace(" ", "\u00a0")


def near_day(value: date, today: date) -> str:
    """ "Today", "Tomorrow", or the name of the weekday, with a capital where the language writes one."""
    if value == today:
        return _("Today")
    if value == today + timedelta(days=1):
        return _("Tomorrow")
    return weekday_name(value.weekday())


def minutes(count: int) -> str:
    return ngettext("{n} minute", "{n} minutes", count)


def span(length: timedelta) -> str:
    """A length of time in its largest whole unit: "3 days", "2 hours", "40 minutes"."""
    seconds = int(length.total_seconds())
    if seconds and seconds % 86400 == 0:
        return ngettext("{n} day", "{n} days", seconds // 86400)
    if seconds and seconds % 3600 == 0:
        return ngettext("{n} hour", "{n} hours", seconds // 3600)
    return minutes(seconds // 60)
