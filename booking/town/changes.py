"""What a new town file changes, in lines that its technician can check: `service parking-permit: minutes 20 -> 25`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.catalogue import Absence, ClosureRow, OpeningRow, OwnHoliday
from booking.town.document import WEEKDAYS
from booking.town.places import LANGUAGE_NAMES, shown

Values = dict[str, Any]


@dataclass(frozen=True)
class Change:
    thing: str
    what: str

    def __str__(self) -> str:
        return f"{self.thing}: {self.what}"


NEW_TOWN = Change("town", "new")


def field_changes(thing: str, old: Values, new: Values) -> list[Change]:
    """One change per key that differs, and per language of a text."""
    return [Change(thing, what) for key in new if old[key] != new[key] for what in _field(key, old[key], new[key])]


def row_name(table: type, values: Values) -> tuple[str, str]:
    """The thing that a row without a name belongs to, and what the row says."""
    if table is OpeningRow:
        return _house(values), f"opening {_opening(values)}"
    if table is ClosureRow:
        return _house(values), f"closure {_stretch(values)}"
    if table is Absence:
        return f"staff member {values['staff']}", f"absence {_stretch(values)}"
    if table is OwnHoliday:
        return "town", f"own holiday {values['month_day'] or values['day']}"
    return "town", f"notice {shown(next(iter(values['title'].values())))}{_days(values)}"


def _field(key: str, old: Any, new: Any) -> list[str]:
    """In the words and units of the file, which has `notice = "2h"` where the table has notice_minutes 120."""
    name, units = _FILE_KEYS.get(key, (key, ""))
    if key in ("line", "retention"):
        return [
            f"{key} {each} {_both(old.get(each), new.get(each))}"
            for each in sorted({*old, *new})
            if old.get(each) != new.get(each)
        ]
    if isinstance(new, dict) and isinstance(old, dict):
        changed = [language for language in LANGUAGE_NAMES if old.get(language) != new.get(language)]
        return [f"{key} in {LANGUAGE_NAMES[language]} {_both(old.get(language), new.get(language))}" for language in changed]
    if units:
        return [f"{name} {_length(old, units)} -> {_length(new, units)}"]
    return [f"{name} {_both(old, new)}"]


_FILE_KEYS = {
    "step_minutes": ("step", ""),
    "notice_minutes": ("notice", "mhd"),
    "horizon_days": ("horizon", "d"),
    "buffer_before_minutes": ("buffer_before", "mh"),
    "buffer_after_minutes": ("buffer_after", "mh"),
    "cancel_until_minutes": ("cancel_until", "mhd"),
    "reminder_minutes": ("reminders", "mhd"),
    "holiday_country": ("holidays country", ""),
    "holiday_subdivision": ("holidays subdivision", ""),
}


def _both(old: Any, new: Any) -> str:
    """Old and new, each beginning shortly before they part, so that a change deep in a long text is seen."""
    if not (isinstance(old, str) and isinstance(new, str)):
        return f"{_value(old)} -> {_value(new)}"
    same = next((index for index, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, same - 15)
    return " -> ".join(shown("…" + text[start:] if start else text) for text in (old, new))


def _value(value: Any) -> str:
    return "nothing" if value in (None, "", []) else shown(value)


def _length(number: Any, units: str) -> str:
    """Minutes (or days, when `units` starts with days) in the largest unit that fits evenly; several of them as a list."""
    if not isinstance(number, int):
        return " ".join(_length(each, units) for each in number) or "nothing"
    sizes = {"m": 1, "h": 60, "d": 1440} if units[0] == "m" else {"d": 1}
    unit = next(unit for unit in reversed(units) if number % sizes[unit] == 0 and (number or unit == units[0]))
    return f"{number // sizes[unit]}{unit}"


def _house(values: Values) -> str:
    if values["counter"]:
        return f"counter {values['counter']}"
    return f"location {values['location']}" if values["location"] else "town"


def _opening(values: Values) -> str:
    days = str(values["on_day"] or " ".join(WEEKDAYS[weekday] for weekday in values["weekdays"]))
    text = f"{days} {values['opens']:%H:%M}-{values['closes']:%H:%M}"
    if values["every_weeks"] > 1:
        text += f" every {values['every_weeks']} weeks"
    return text + _days(values) + (" despite the holiday" if values["despite_holiday"] else "")


def _days(values: Values) -> str:
    return "".join(f" {word} {values[key]}" for word, key in (("from", "first_day"), ("to", "last_day")) if values[key])


def _stretch(values: Values) -> str:
    starts, ends = values["starts"], values["ends"]
    return f"{_moment(starts)} to {_moment(ends)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
