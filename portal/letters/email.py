"""A letter as an e-mail (RFC 5322): plain text and HTML that say the same, and the appointment for the calendar (RFC 6047).

The HTML loads nothing from anywhere and needs no style sheet: mail programs strip what they don't know.
"""

from __future__ import annotations

from datetime import datetime
from email import policy
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from html import escape
from typing import Any

from email_validator import validate_email

from locales.catalogue import _, current_language, direction
from portal.letters.wording import Action, Wording

INK, SOFT, PAPER, GLAZE, LINE, TILE, ON_TILE = "#13202e", "#3a4756", "#fdfdfc", "#eff4fa", "#c8d3df", "#123f8f", "#ffffff"
FONT = "Arial, 'Segoe UI', Tahoma, sans-serif"


class _Headers(HeaderRegistry):
    """Headers by their names. The library makes a class for every header, and takes apart what we have just put together."""

    __getitem__ = cache(HeaderRegistry.__getitem__)

    def __call__(self, name: str, value: Any) -> Any:
        is_the_same_in_all = name in OF_PARTS and "boundary" not in value
        return _of_a_part(name, value) if is_the_same_in_all else super().__call__(name, value)


@cache
def _of_a_part(name: str, value: str) -> Any:
    return HeaderRegistry()(name, value)


OF_PARTS = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version")
HEADERS = _Headers()
ASCII, UTF8 = policy.SMTP.clone(header_factory=HEADERS), policy.SMTPUTF8.clone(header_factory=HEADERS)


def email(
    words: Wording,
    *,
    key: str,
    sender: tuple[str, str],
    to: tuple[str, str],
    at: datetime,
    invitation: tuple[str, bytes] | None = None,
) -> EmailMessage:
    """`sender` and `to` are (name, address), `invitation` is (method, the file).

    The same `key` gives the same Message-ID, so that a copy can be known as one.
    """
    addressee = _addressee(*to)
    # RFC 6532, for whoever has a mailbox that ASCII can't write.
    message = EmailMessage(policy=ASCII if addressee.username.isascii() else UTF8)
    message["Subject"] = words.subject
    message["From"] = Address(display_name=sender[0], addr_spec=sender[1])
    message["To"] = addressee
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{key}@{sender[1].rpartition('@')[2]}>"
    # RFC 3834: no machine shall answer.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(as_text(words))
    # Boundaries nobody can guess. Without ours the library makes up some, and looks through the whole letter for each.
    message.make_alternative(boundary=f"words.{key}")
    message.add_alternative(as_html(words), subtype="html")
    if invitation:
        method, file = invitation
        message.add_alternative(file, "text", "calendar", params={"method": method, "charset": "utf-8"}, cte="base64")
        message.make_mixed(boundary=f"parts.{key}")
        message.add_attachment(file, "application", "ics", filename="invite.ics")
    message["Content-Language"] = current_language()  # last: giving it content takes such headers away
    return message


def as_text(words: Wording) -> str:
    blocks = [
        words.greeting,
        words.opening,
        "\n".join(filter(None, (words.headline, words.day, words.clock, *words.place))),
        "\n".join(f"{name}: {value}" for name, value in (*words.facts, *words.codes)),
        "\n".join((_("What to bring:"), *(f"- {thing}" for thing in words.bring))) if words.bring else "",
        words.way_in,
        "\n".join(f"{action.words}: {action.address}" for action in words.actions),
        words.deadline,
        words.farewell,
        "\n".join(("--", *words.foot)),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def as_html(words: Wording) -> str:
    language, towards = current_language(), direction(current_language())
    return (
        f'<!doctype html><html lang="{language}" dir="{towards}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light">'
        f"<title>{escape(words.subject)}</title></head>"
        f'<body style="margin:0;padding:0;background:{GLAZE};color:{INK};font:17px/1.5 {FONT}">'
        f'<div role="article" lang="{language}" dir="{towards}" style="max-width:36em;margin:0 auto;padding:24px 16px">'
        f"<p>{'<br>'.join(map(escape, filter(None, (words.greeting, words.opening))))}</p>"
        f"{_enamel(words)}{_list(words)}{_bring(words)}"
        f"{_way_in(words)}{_buttons(words.actions)}{_paragraph(words.deadline, SOFT)}{_paragraph(words.farewell)}"
        f"{_foot(words)}</div></body></html>"
    )


def _enamel(words: Wording) -> str:
    """The promise, as on the page: the time is the largest thing."""
    codes = "".join(
        f'<p style="margin:14px 0 0"><span style="font-size:15px">{escape(name)}</span><br>'
        f'<b dir="ltr" style="font-size:19px;unicode-bidi:isolate">{escape(value)}</b></p>'
        for name, value in words.codes
    )
    clock = f'<p style="margin:10px 0 0;font-size:48px;line-height:1.15;font-weight:bold">{escape(words.clock)}</p>'
    day = f'<p style="margin:0;font-size:21px;font-weight:bold">{escape(words.day)}</p>' if words.day else ""
    lines = "<br>".join(f"<bdi>{escape(line)}</bdi>" for line in words.place)
    place = f'<p style="margin:8px 0 0">{lines}</p>' if lines else ""
    return (
        f'<div style="background:{TILE};color:{ON_TILE};padding:24px;margin:20px 0;border-radius:3px">'
        f'<h1 style="margin:0;font-size:26px;line-height:1.2">{escape(words.headline)}</h1>'
        f"{clock if words.clock else ''}{day}{place}{codes}</div>"
    )


def _list(words: Wording) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="text-align:start;vertical-align:top;padding:8px 0;padding-inline-end:16px;'
        f'border-bottom:1px solid {LINE}">{escape(name)}</th>'
        f'<td style="vertical-align:top;padding:8px 0;border-bottom:1px solid {LINE}"><bdi>{escape(value)}</bdi></td></tr>'
        for name, value in words.facts
    )
    return f'<table style="border-collapse:collapse;width:100%;font:inherit;color:inherit">{rows}</table>'


def _bring(words: Wording) -> str:
    if not words.bring:
        return ""
    things = "".join(f'<li style="margin:6px 0">{escape(thing)}</li>' for thing in words.bring)
    return _heading(_("What to bring")) + f'<ul style="margin:0;padding:0;padding-inline-start:1.2em">{things}</ul>'


def _way_in(words: Wording) -> str:
    # Translators: a heading: how to get to the office, and in
    heading = _heading(_("The way in"))
    return f'{heading}<p style="margin:0">{escape(words.way_in)}</p>' if words.way_in else ""


def _heading(words: str) -> str:
    return f'<h2 style="font-size:20px;margin:28px 0 8px">{escape(words)}</h2>'


def _buttons(actions: tuple[Action, ...]) -> str:
    buttons = "".join(_button(action, is_first=place == 0) for place, action in enumerate(actions))
    return f'<div style="margin-top:28px">{buttons}</div>' if buttons else ""


def _button(action: Action, *, is_first: bool) -> str:
    ground, ink = (TILE, ON_TILE) if is_first else (PAPER, TILE)
    return (
        f'<p style="margin:12px 0"><a href="{escape(action.address)}" style="display:inline-block;padding:13px 22px;'
        f"border:2px solid {TILE};border-radius:3px;background:{ground};color:{ink};font-weight:bold;"
        f'text-decoration:none">{escape(action.words)}</a></p>'
    )


def _paragraph(words: str, colour: str = INK) -> str:
    return f'<p style="margin:20px 0 0;color:{colour}">{escape(words)}</p>' if words else ""


def _foot(words: Wording) -> str:
    lines = "".join(f'<p style="margin:6px 0">{escape(line)}</p>' for line in words.foot)
    return (
        f'<div style="margin-top:32px;padding-top:12px;border-top:1px solid {LINE};color:{SOFT};font-size:15px">{lines}</div>'
    )


def _addressee(name: str, address: str) -> Address:
    """Mail servers know a domain by its ASCII form (RFC 5891); the part before it is the addressee's own."""
    known = validate_email(address, check_deliverability=False)
    return Address(display_name=name, username=known.local_part, domain=known.ascii_domain)
