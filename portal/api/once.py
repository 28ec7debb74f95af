"""Doing a thing once over HTTP: the Idempotency-Key that a client sends, made into the key of a deed (booking/deeds.py).

Whoever repeats a request under its key is answered what its sender was: a hold, even the key of an appointment. So a key that
could be guessed counts only in the network that sent it; a long one, such as a UUID, wherever it comes from, because a
telephone changes networks between two tries.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request

from portal.network import network_of

LONGEST = 200
# Fewer could be a counter, a name, a date. A nanoid has 21, a UUID 32 or 36.
HARD_TO_GUESS = 20


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            pattern=rf"^[!-~]{{1,{LONGEST}}}$",
            description=(
                "Names this intention, so that asking again does nothing twice: the same key and body get the same answer "
                "for seven days, the same key with another body gets `key-reused`. Make a fresh UUID for each intention, and "
                "keep it secret. Without the header every request is an intention of its own."
            ),
            examples=["5f0c7a52-6f0e-4a39-9d1b-0e9a3a8f7c11"],
        ),
    ] = None,
) -> str:
    return deed_key(idempotency_key, network_of(request.scope))


def deed_key(sent: str | None, network: str) -> str:
    """Hashed, so that no key sent from outside is ever the key of a page's intention."""
    if sent is None:
        return secrets.token_urlsafe(24)
    where = "" if len(sent) >= HARD_TO_GUESS else network
    return sha256(f"api {where} {sent}".encode()).hexdigest()


Once = Annotated[str, Depends(_once)]
