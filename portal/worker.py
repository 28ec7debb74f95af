"""The clockwork: passes on places that came free, delivers what must be told, forgets what nobody needs, anchors the audit record,
says that it lives; and in a demonstration begins each day.

Several may run at once, on one machine or on several. Killed at any instant, a worker loses nothing: what it had leased is
delivered by another when the lease ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session

from booking.anchors import ANCHORS, add_anchor
from booking.audit import head_of
from booking.closing import end_days
from booking.confirming import forget_unconfirmed
from booking.deeds import forget_deeds
from booking.demo.day import begin_day, day_is_due
from booking.freed import pass_on
from booking.holds import forget_lapsed
from booking.one_time_codes import forget_codes
from booking.outbox import lease, worker_lives
from booking.settings import settings
from booking.store import in_reading, in_transaction
from booking.tidying import tidy
from booking.waiting_list import forget_freed_places
from portal.appointments.beside import forget_assisted, give_back_forgotten
from portal.appointments.draft import forget_old_drafts
from portal.identity.api_tokens import forget_tokens
from portal.identity.desk_entering import forget_desk_sign_ins
from portal.identity.entering import forget_sign_ins
from portal.identity.grants import forget_grants
from portal.identity.passkeys import forget_challenges
from portal.identity.sessions import forget_sessions
from portal.identity.staff_access import forget_invitations
from portal.identity.tries import forget_tries
from portal.letters.carriers import mail_carrier, text_carrier
from portal.letters.delivery import Carriers, deliver
from portal.logs import keyed
from portal.me.erasing import forget_beside_erased
from portal.page_state import now

AT_ONCE = 10
LOOKS_EVERY = 1.0  # seconds, while there is nothing to do
LIVES_EVERY = timedelta(seconds=10)
FORGETS_EVERY = timedelta(minutes=10)
BEGINS_EVERY = timedelta(minutes=1)  # in a demonstration: looks whether it is another day
ANCHORS_EVERY = timedelta(minutes=10)  # looks whether there is an anchor of today
AFTER_TROUBLE = 5.0  # seconds
BEGINNING = datetime.min.replace(tzinfo=now().tzinfo)

FORGETTING = (
    forget_lapsed,
    forget_deeds,
    forget_old_drafts,
    forget_freed_places,
    forget_codes,
    forget_unconfirmed,
    forget_sign_ins,
    forget_grants,
    forget_tries,
    forget_invitations,
    forget_challenges,
    forget_desk_sign_ins,
    forget_tokens,
    forget_assisted,
    forget_sessions,
    forget_beside_erased,
    end_days,
)

log = keyed("atrio.worker")


async def work() -> None:
    """Until SIGTERM or SIGINT. A letter under way is finished first."""
    os.nice(10)  # where there is too little to go round, those who are waiting for an answer come first
    stopped = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    worker = Worker()
    while not stopped.is_set():
        pause = await worker.turn()
        try:
            await asyncio.wait_for(stopped.wait(), pause)
        except TimeoutError:
            continue


class Worker:
    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._carriers = Carriers(mail_carrier(settings()), text_carrier(settings()))
        self._lived_at = self._forgot_at = self._anchored_at = self._began_at = BEGINNING

    async def turn(self) -> float:
        """One round; answers how many seconds to wait before the next. Trouble with the database is waited out."""
        try:
            await self._say_that_it_lives()
            await self._begin_demo_day()
            await self._forget()
            await self._anchor()
            await in_transaction(give_back_forgotten, now())
            while await in_transaction(pass_on, now()):
                pass
            return 0 if await self.deliver_due() else LOOKS_EVERY
        except SQLAlchemyError as trouble:
            log.warning("the database can't be used: trying again", trouble=type(trouble).__name__)
            return AFTER_TROUBLE

    async def deliver_due(self) -> int:
        """Deliver what is due, a few at once; how many were tried."""
        letters = await in_transaction(lease, now(), AT_ONCE)
        troubles = await deliver(now(), self._carriers, letters) if letters else []
        for letter, trouble in zip(letters, troubles, strict=True):
            if trouble:
                log.warning(
                    "a letter was not delivered", letter=letter.id, what=letter.what, channel=letter.channel, trouble=trouble
                )
        return len(letters)

    async def _say_that_it_lives(self) -> None:
        if now() - self._lived_at >= LIVES_EVERY:
            await in_transaction(worker_lives, now(), self.name)
            self._lived_at = now()

    async def _begin_demo_day(self) -> None:
        if settings().demo_day != "on" or now() - self._began_at < BEGINS_EVERY:
            return
        if await in_reading(day_is_due, now()):
            await in_transaction(begin_day, now())
        self._began_at = now()

    async def _forget(self) -> None:
        if now() - self._forgot_at >= FORGETS_EVERY:
            if erased := await in_transaction(tidy, now()):
                log.info("what was kept long enough was erased", **erased)
            for forget in FORGETTING:
                await self._forget_one(forget)
            self._forgot_at = now()

    async def _forget_one(self, forget: Callable[[Session, datetime], object]) -> None:
        """What can't be forgotten keeps nobody from being told something."""
        try:
            await in_transaction(forget, now())
        except IntegrityError as trouble:
            log.error("something can't be forgotten", what=forget.__name__, trouble=type(trouble).__name__)

    async def _anchor(self) -> None:
        """Once a day by UTC; after days in which no worker ran, once for all of them."""
        if now() - self._anchored_at < ANCHORS_EVERY:
            return
        head = await in_reading(head_of)
        try:
            add_anchor(settings().data / ANCHORS, now().date(), head)
        except OSError as trouble:
            log.warning("the audit record was not anchored", trouble=trouble.strerror)
        self._anchored_at = now()
