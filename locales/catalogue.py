"""Words looked up in gettext catalogues: while pages are built, and in handlers while people wait.

English sentences are the keys. `_()` marks and translates; placeholders in braces may be plain values
or State Vars, in which case the result is a Var that the browser joins.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import c2py  # type: ignore[attr-defined]  # in the standard library since 2.x, absent from its stubs
from pathlib import Path
from typing import Any, overload

import reflex as rx
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
LANGUAGES = tuple(sorted(folder.parent.name for folder in FOLDER.glob("*/LC_MESSAGES")))
SOURCE = "en"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Speak `language` (a folder's name, such as "pt") until the block ends."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def current_language() -> str:
    return _language.get()


def path(page: str) -> str:
    """The address of `page` ("/book/") in the language being spoken: "/pt/book/"."""
    return f"/{current_language()}{page}"


def language_of(url_path: str) -> str:
    """The language that the first segment of a path names, or the source language."""
    first = url_path.strip("/").split("/")[0]
    return first if first in LANGUAGES else SOURCE


@overload
def _(message: str) -> str: ...
@overload
def _(message: str, **values: Any) -> Any: ...
def _(message: str, **values: Any) -> Any:
    """`message` in the language being spoken, its `{placeholders}` filled in. A str, or a Var when a value is one."""
    return _filled(_translated(message), values)


def N_(message: str) -> str:
    """Mark a message for translation now and translate it later."""
    return message


def ngettext(one: str, other: str, n: int, **values: Any) -> str:
    """The plural form that the language being spoken uses for `n` things; `{n}` is filled in."""
    return _filled(_plural(one, other, n), {"n": n, **values})


def locale() -> Locale:
    """The region of the language being spoken, as its catalogue's `Language` header says it."""
    return _locale(current_language())


def direction(language: str) -> str:
    return "rtl" if _locale(language).character_order == "right-to-left" else "ltr"


def own_name(language: str) -> str:
    """The language's name in that language, as its readers write it in a menu: "Português"."""
    name = Locale(_locale(language).language).display_name or language
    return name[0].upper() + name[1:]


@functools.cache
def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


@functools.cache
def _locale(language: str) -> Locale:
    said = catalogue(language).locale
    return said if isinstance(said, Locale) else Locale.parse(language)


def _translated(message: str) -> str:
    entry = catalogue(current_language()).get(message)
    return entry.string if entry and isinstance(entry.string, str) and entry.string else message


def _plural(one: str, other: str, n: int) -> str:
    language = current_language()
    entry = catalogue(language).get(one)
    if not entry or not isinstance(entry.string, tuple) or not all(entry.string):
        return one if n == 1 else other
    return entry.string[_plural_index(language)(n)]


@functools.cache
def _plural_index(language: str):
    return c2py(catalogue(language).plural_expr)


def _filled(text: str, values: dict[str, Any]) -> Any:
    if not values:
        return text
    if not any(isinstance(value, rx.Var) for value in values.values()):
        return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)
    head, *rest = _PLACEHOLDER.split(text)
    joined: Any = rx.Var.create(head)
    for name, tail in zip(rest[::2], rest[1::2], strict=True):
        value = values[name]
        joined = joined + (value.to_string(use_json=False) if isinstance(value, rx.Var) else str(value)) + tail
    return joined
