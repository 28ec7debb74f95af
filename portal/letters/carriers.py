"""Who carries letters out of the house, behind one port for e-mail and one for text messages.

A carrier has taken a letter when `carry` returns. It raises Undeliverable when trying again would not help, and NotNow when it
may: with a reason for the people who run the installation, in which nothing personal stands.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
import httpx

from booking.settings import Settings, data_folder

SMTP_SECONDS = 60
SMS_SECONDS = 20


class NotNow(Exception):
    """It did not work this time."""


class Undeliverable(Exception):
    """It will never work."""


class MailCarrier(Protocol):
    async def carry(self, key: str, message: EmailMessage) -> None: ...


class TextCarrier(Protocol):
    async def carry(self, key: str, to: str, text: str) -> None:
        """`to` is a telephone number (E.164). A gateway that saw `key` before must not send again."""
        ...


def mail_carrier(chosen: Settings) -> MailCarrier:
    return SmtpServer(chosen.smtp_url) if chosen.smtp_url else LetterFolder(letter_folder(chosen))


def text_carrier(chosen: Settings) -> TextCarrier:
    return SmsGateway(chosen.sms_url) if chosen.sms_url else TextFolder(letter_folder(chosen))


def letter_folder(chosen: Settings) -> Path:
    folder = data_folder(chosen) / "letters"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@dataclass(frozen=True)
class LetterFolder:
    """Writes `<key>.eml` files, which every mail program opens: for trying it out, and for towns that carry them further."""

    folder: Path

    async def carry(self, key: str, message: EmailMessage) -> None:
        _write_whole(self.folder / f"{key}.eml", message.as_bytes())


@dataclass(frozen=True)
class TextFolder:
    """Writes `<key>.sms.txt` files: the number in the first line, then the text."""

    folder: Path

    async def carry(self, key: str, to: str, text: str) -> None:
        _write_whole(self.folder / f"{key}.sms.txt", f"{to}\n\n{text}\n".encode())


@dataclass(frozen=True)
class SmtpServer:
    """A mail server (RFC 5321): `smtp://user:password@host:port`, encrypted as soon as it offers to be, or `smtps://`."""

    url: str

    async def carry(self, key: str, message: EmailMessage) -> None:
        where = urlsplit(self.url)
        is_encrypted = where.scheme == "smtps"
        try:
            await aiosmtplib.send(
                message,
                hostname=where.hostname or "localhost",
                port=where.port or (465 if is_encrypted else 25),
                username=unquote(where.username) if where.username else None,
                password=unquote(where.password) if where.password else None,
                use_tls=is_encrypted,
                timeout=SMTP_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            raise _verdict(max(each.code for each in refusal.recipients), "refused the address") from None
        except aiosmtplib.SMTPAuthenticationError as refusal:
            raise NotNow(f"the mail server refused our name and password ({refusal.code})") from None
        except aiosmtplib.SMTPNotSupported:
            raise Undeliverable("the mail server can't write to addresses with other letters than ASCII (SMTPUTF8)") from None
        except aiosmtplib.SMTPResponseException as refusal:
            raise _verdict(refusal.code, "refused the letter") from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as trouble:
            raise NotNow(f"the mail server could not be reached ({type(trouble).__name__})") from None


@dataclass(frozen=True)
class SmsGateway:
    """Any gateway behind one small call, `https://token@gateway.example/send`:

    POST `{"to": "+351912345678", "text": "..."}` with `Authorization: Bearer token` and `Idempotency-Key`; any 2xx means taken.
    """

    url: str

    async def carry(self, key: str, to: str, text: str) -> None:
        where = urlsplit(self.url)
        headers = {"Idempotency-Key": key} | _bearer(where)
        try:
            async with httpx.AsyncClient(timeout=SMS_SECONDS) as client:
                answer = await client.post(_without_token(where), json={"to": to, "text": text}, headers=headers)
        except httpx.HTTPError as trouble:
            raise NotNow(f"the SMS gateway could not be reached ({type(trouble).__name__})") from None
        if answer.status_code in (400, 404, 410, 422):
            raise Undeliverable(f"the SMS gateway refused the message ({answer.status_code})")
        if not answer.is_success:
            raise NotNow(f"the SMS gateway answered {answer.status_code}")


def _verdict(code: int, what: str) -> NotNow | Undeliverable:
    """RFC 5321, section 4.2.1: 5yz will not work later either, 4yz may."""
    return (Undeliverable if 500 <= code < 600 else NotNow)(f"the mail server {what} ({code})")


def _bearer(where: SplitResult) -> dict[str, str]:
    return {"Authorization": f"Bearer {unquote(where.username)}"} if where.username else {}


def _without_token(where: SplitResult) -> str:
    return where._replace(netloc=where.netloc.rpartition("@")[2]).geturl()


def _write_whole(path: Path, content: bytes) -> None:
    """The file appears whole or not at all; the same letter written twice is one file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    os.replace(draft, path)
