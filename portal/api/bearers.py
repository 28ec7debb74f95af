"""Who speaks over REST: a device of the lobby, or a staff member by a token. Wrong, withdrawn and none are answered alike."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from booking.catalogue import StaffMember
from booking.store import in_reading
from kiosk.device import Device, device_with
from portal.identity.api_tokens import staff_with
from portal.identity.at_counters import may_call_to
from portal.page_state import now

_device_bearer = HTTPBearer(
    auto_error=False, scheme_name="DeviceToken", description="What `portal token device --location SLUG` printed."
)
_staff_bearer = HTTPBearer(
    auto_error=False, scheme_name="StaffToken", description="What `portal token staff --as EMAIL` printed."
)


async def _device(bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_device_bearer)]) -> Device:
    found = await in_reading(device_with, bearer.credentials.strip()) if bearer else None
    if found is None:
        raise HTTPException(401)
    return found


async def _caller(
    _request: Request,
    slug: Annotated[str, Path(max_length=200, examples=["pacos-1"], description="The counter.")],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_staff_bearer)],
) -> tuple[str, StaffMember]:
    """The counter, and whoever may call to it. Raises HTTPException 401, 404 for a counter that isn't theirs to call to."""
    member = await in_reading(staff_with, now(), bearer.credentials.strip()) if bearer else None
    if member is None:
        raise HTTPException(401)
    if not await in_reading(may_call_to, member, slug):
        raise HTTPException(404)
    return slug, member


TheDevice = Annotated[Device, Depends(_device)]
Caller = Annotated[tuple[str, StaffMember], Depends(_caller)]
