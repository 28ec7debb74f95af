"""`python -m portal token device`: the lobby's devices, each good for one location."""

from __future__ import annotations

from argparse import Namespace

from booking.errors import UnknownLocation
from booking.store import read, the_store, write
from kiosk.device import good_devices, new_device, withdraw_device
from portal.commands import Refused, loaded_digest
from portal.page_state import now


def new_token(arguments: Namespace) -> None:
    """Print the token, which is shown nowhere else."""
    loaded_digest()
    try:
        print(write(the_store(), new_device, now(), arguments.location))
    except UnknownLocation:
        raise Refused(f"The town file has no location {arguments.location!r}. `GET /locations` names them all.") from None


def lines() -> list[str]:
    return [
        f"{row.id}  device at {row.location}  since {row.made_at:%Y-%m-%d %H:%M} UTC" for row in read(the_store(), good_devices)
    ]


def withdraw(arguments: Namespace) -> None:
    loaded_digest()
    if not write(the_store(), withdraw_device, now(), arguments.number):
        raise Refused(f"There is no device {arguments.number}. These are there: python -m portal token list")
    print(f"Device {arguments.number} may do nothing any more.")
