"""What a handler needs to know of who is asking. It is looked up in every event: a session that was ended ends in open tabs too."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import reflex as rx

from booking.catalogue import StaffMember, read_catalogue
from booking.store import in_reading, in_transaction
from locales.catalogue import path
from portal.identity.assisting import Assisted, assisted, touched
from portal.identity.cookies import token_in
from portal.identity.permissions import ASSISTANTS
from portal.identity.sessions import SEEN_EVERY, Who, seen, who_is
from portal.page_state import PageState, now

SIGN_IN = "/sign-in/"


class SignedIn(PageState, rx.State, mixin=True):
    """Mixed into States of pages that somebody signed in may open."""

    async def _who(self, *, is_touch: bool = True) -> Who | None:
        """Whoever is signed in in this browser, at this moment. A page that asks by itself is no touch: a session ends when nobody
        uses it, however long its page stays open.
        """
        who = await in_reading(who_is, now(), token_in(self.router.headers.cookie))
        if is_touch and who and now() - who.seen_at >= SEEN_EVERY:
            await in_transaction(seen, now(), who.session_id)
        return who

    async def _resident_id(self) -> int | None:
        who = await self._who()
        return who.resident_id if who else None

    async def _member(self, *, is_touch: bool = True) -> StaffMember | None:
        """The staff member signed in here, with the roles that the town gives them at this moment."""
        who = await self._who(is_touch=is_touch)
        return (await in_reading(read_catalogue)).staff.get(who.staff) if who and who.staff else None

    async def _assisted(self, draft: str = "", *, is_touch: bool = True) -> Assisted | None:
        """Whom the staff member signed in here assists at this moment; `draft` names the booking that they are at."""
        who, member = await self._who(is_touch=is_touch), await self._member(is_touch=is_touch)
        if who is None or member is None or not ASSISTANTS & set(member.roles):
            return None
        found = await in_reading(assisted, now(), who.session_id)
        if found and is_touch:
            await in_transaction(touched, now(), who.session_id, draft)
        return found

    def _to_sign_in(self, wants: str) -> Any:
        """To the page that asks who it is, and from there to the page they wanted ("/me/")."""
        return rx.redirect(path(f"{SIGN_IN}?next={quote(wants)}"), replace=True)
