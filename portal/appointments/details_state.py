"""Step 3: who comes, how to reach them, what they need. What is typed is kept as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import reflex as rx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from booking.details import NEEDS
from booking.errors import HoldExpired, NotValid, Refusal
from booking.store import in_reading, in_transaction
from locales.catalogue import _, current_language, own_name, path
from portal.appointments.booking_state import BookingState
from portal.appointments.draft import ANSWERS, Draft, check_answers, introduce, remember, tick
from portal.appointments.refusals import field_errors
from portal.appointments.steps import CHECK
from portal.page_state import Typed, now
from portal.site import drawn_catalogue


class DetailsAnswer(BaseModel):
    """What the form sends: texts as typed, and `need_*` boxes that are only there when they are ticked."""

    model_config = ConfigDict(extra="allow")

    name: Typed = Field(default="", max_length=20_000)
    # Null where the page doesn't ask for it, because they book for somebody else.
    email: Typed | None = Field(default="", max_length=20_000)
    phone: Typed = Field(default="", max_length=20_000)
    language: Typed = Field(default="", max_length=20)
    interpreter_language: Typed = Field(default="", max_length=20_000)

    @property
    def typed(self) -> dict[str, str]:
        return {name: getattr(self, name) or "" for name in ANSWERS}

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(need for need in NEEDS if (self.model_extra or {}).get(f"need_{need}"))


class DetailsState(BookingState):
    is_ready: rx.Field[bool] = rx.field(False)
    is_for_another: rx.Field[bool] = rx.field(False)
    is_by_phone: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    email: rx.Field[str] = rx.field("")
    phone: rx.Field[str] = rx.field("")
    language: rx.Field[str] = rx.field("")
    needs: rx.Field[list[str]] = rx.field(default_factory=list)
    interpreter_language: rx.Field[str] = rx.field("")
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    async def open(self):
        with self._speaking():
            self.problem, self.errors = "", {}
            found = await self._draft(needs_time=True)
            if found is None:
                return await self._way_on()
            draft = await self._introduced(found[1].draft)
            self.is_by_phone = draft.mode == "phone"
            self.name, self.email, self.phone = draft.name, draft.email, draft.phone
            self.language = draft.language or current_language()
            self.needs, self.interpreter_language = list(draft.needs), draft.interpreter_language
            self.is_ready = True

    # One handler for each field: the page lets a handler wait for a pause in typing, and forgets what it was told before.

    @rx.event
    async def typed_name(self, text: str):
        await self._typed("name", text)

    @rx.event
    async def typed_email(self, text: str):
        await self._typed("email", text)

    @rx.event
    async def typed_phone(self, text: str):
        await self._typed("phone", text)

    @rx.event
    async def typed_interpreter_language(self, text: str):
        await self._typed("interpreter_language", text)

    @rx.event
    async def chose_language(self, language: str):
        if isinstance(language, str):
            await self._keep(remember, {"language": language})

    @rx.event
    async def ticked(self, need: str, is_ticked: bool):
        if need not in NEEDS or not isinstance(is_ticked, bool):
            return
        draft = await self._keep(tick, need, is_ticked)
        if draft and is_ticked and need == "interpreter" and not draft.interpreter_language:
            await self._suggest_this_language()

    @rx.event
    async def submit(self, form: dict):
        self.is_waiting = True
        yield
        self.is_waiting = False
        yield await self._submit(form)

    async def _introduced(self, draft: Draft) -> Draft:
        """Whoever is signed in finds their own answers here already, or those of whom they book for."""
        beside = await self._assisted(draft.key_hash)
        self.is_for_another = beside is not None or bool(self.for_whom)
        resident_id = beside.resident_id if beside else await self._resident_id()
        if resident_id is None or draft.name or draft.email or draft.phone:
            return draft
        return await self._keep(introduce, resident_id) or draft

    async def _submit(self, form: dict):
        with self._speaking():
            try:
                answer = DetailsAnswer.model_validate(form)
            except ValidationError:
                self.problem = _("Please type your answers again; something unreadable came with them.")
                return None
            try:
                draft = await in_transaction(remember, now(), self._key, answer.typed, answer.needs)
            except Refusal as refusal:
                return await self._refused(refusal)
            self.errors = await _mistakes(draft)
            if self.errors:
                return None
            self.is_ready = False
            return rx.redirect(path(CHECK))

    async def _typed(self, field: str, text: str) -> None:
        """Kept in the draft, and here too: a reload first draws what stands here, and a field never forgets its first text."""
        if isinstance(text, str) and (draft := await self._keep(remember, {field: text})):
            setattr(self, field, getattr(draft, field))

    async def _suggest_this_language(self) -> None:
        """Whoever reads the town in another language than its first one most likely wants an interpreter for that."""
        with self._speaking() as language:
            if language != drawn_catalogue().town.default_language:
                await self._typed("interpreter_language", own_name(language))

    async def _keep(self, verb: Callable[..., Draft], *answer: object) -> Draft | None:
        """A late answer to a booking that is done, or to none, is nobody's answer any more."""
        with suppress(HoldExpired):
            return await in_transaction(verb, now(), self._key, *answer)
        return None


async def _mistakes(draft: Draft) -> dict[str, str]:
    """What has to be put right before going on, by field, in the order of the form."""
    try:
        await in_reading(check_answers, draft)
    except NotValid as refusal:
        return field_errors(refusal)
    return {}
