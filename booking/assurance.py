"""How surely somebody must have shown who they are: the levels of eIDAS (Regulation (EU) 910/2014, article 8), and what a service needs.

"low" is whoever signed in at all: by a code to a contact, or at a provider that says nothing more. The desk has looked somebody in the
face, so it is asked of nobody there.
"""

from sqlmodel import Session

from booking.catalogue import Catalogue, read_catalogue
from booking.errors import NotSureEnough
from booking.visits import Visit

NONE, LOW, SUBSTANTIAL, HIGH = LEVELS = ("none", "low", "substantial", "high")
ASKED = ("online", "video")  # the channels in which nobody has seen them


def reaches(has: str, needs: str) -> bool:
    return LEVELS.index(has) >= LEVELS.index(needs)


def needed(catalogue: Catalogue, services: tuple[str, ...]) -> str:
    """The highest that one of them needs; nothing for what isn't offered."""
    levels = [catalogue.services[slug].assurance for slug in services if slug in catalogue.services]
    return max(levels, key=LEVELS.index, default=NONE)


def check_assurance(session: Session, visit: Visit, channel: str, has: str) -> None:
    """Raises NotSureEnough."""
    needs = needed(read_catalogue(session), visit.services)
    if channel in ASKED and not reaches(has, needs):
        raise NotSureEnough(needs)
