"""The two codes of an appointment as a request carries them: the reference in the path, its key as a bearer token."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from portal.limits import check_wrong_keys, counting_wrong_keys
from portal.network import spender

T = TypeVar("T")

# What may stand in the address that leads to the resident's page.
_KEY = re.compile(r"[0-9A-Za-z-]{1,64}")
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="AppointmentKey",
    description="The `key` that POST /appointments answered, or the access code that the resident was given.",
)


@dataclass(frozen=True)
class Codes:
    reference: str
    key: str
    network: str

    async def open(self, work: Awaitable[T]) -> T:
        """What `work` answers. Codes that open nothing are counted. Raises RateLimited, and what `work` raises."""
        async with counting_wrong_keys(self.network):
            return await work


async def _codes(
    request: Request,
    reference: Annotated[str, Path(examples=["VC-7K2M-94QX"], description="As it was given, in capitals or not.")],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Codes:
    network = spender(request.scope)
    await check_wrong_keys(network)
    key = bearer.credentials.strip() if bearer else ""
    return Codes(reference, key if _KEY.fullmatch(key) else "", network)


OpeningCodes = Annotated[Codes, Depends(_codes)]
