"""Passwords of staff: Argon2id with the library's own parameters (RFC 9106), made anew when those change.

Holding a password against a hash takes tens of milliseconds and 64 MB, so it happens outside of transactions, in two threads of its
own: nobody who books waits for somebody who signs in, and nobody who tries passwords takes up the machine.
"""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from booking.catalogue import StaffMember
from booking.errors import Problem

SHORTEST, LONGEST = 12, 1_000
FEWEST_SYMBOLS = 5
HASHING = ThreadPoolExecutor(2, "hashing")


@dataclass(frozen=True)
class Compared:
    """`password_hash` is what the password was held against; `rehashed` the same password by newer parameters, or ""."""

    password_hash: str
    is_right: bool
    rehashed: str = ""


def compared(password: str, password_hash: str) -> Compared:
    """Against "" it takes as long, and is never right."""
    is_right = _fits(password, password_hash or _nobodys_hash()) and bool(password_hash)
    is_old = is_right and hasher().check_needs_rehash(password_hash)
    return Compared(password_hash, is_right, hasher().hash(password) if is_old else "")


async def compared_aside(password: str, password_hash: str) -> Compared:
    return await asyncio.get_running_loop().run_in_executor(HASHING, compared, password, password_hash)


async def hashed_aside(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(HASHING, hasher().hash, password)


def weak(password: str, member: StaffMember) -> list[Problem]:
    """Long enough, and nothing that everybody knows of them. No rules about which symbols (NIST SP 800-63B, section 3.1.1.2)."""
    folded = password.casefold()
    if len(password) < SHORTEST:
        return [Problem("password", "too-short", SHORTEST)]
    if len(password) > LONGEST:
        return [Problem("password", "too-long", LONGEST)]
    known = (member.email, member.email.partition("@")[0], member.name, member.slug)
    if len(set(folded)) < FEWEST_SYMBOLS or _bare(folded) in map(_bare, known):
        return [Problem("password", "too-easy")]
    return []


@cache
def hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """So that an unknown address takes as long as a known one."""
    return hasher().hash(secrets.token_urlsafe())


def _fits(password: str, password_hash: str) -> bool:
    try:
        return hasher().verify(password_hash, password[: LONGEST + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _bare(text: str) -> str:
    return "".join(symbol for symbol in text.casefold() if symbol.isalnum())
