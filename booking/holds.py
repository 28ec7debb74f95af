"""Holding: a time is kept for somebody while they fill in the form.

A hold lasts ten minutes and can be made to last ten more, a few times over. When it runs out nothing is lost: the time is
offered to others again, and can still be booked by the person who held it as long as nobody else has taken it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from booking.deeds import done, earlier_subject
from booking.errors import ExtendedEnough, HoldExpired
from booking.promises import UNCONFIRMED, Appointment, Hold, Seat
from booking.references import hash_of, key_again, new_capability
from booking.seats import check_still_served, checked_instant, give_back, keep_seat, open_page, seat_of, take_seat
from booking.store import note, store_of
from booking.visits import Visit

LASTS = timedelta(minutes=10)
# Asked again within this time of being granted, "more time" is the same wish: a double tap, an event that arrived twice.
SAME_WISH = timedelta(seconds=30)
MOST_EXTENSIONS = 6
FORGOTTEN_AFTER = timedelta(days=2)
PURPOSE = "hold"
HELD = "held"  # what is noted of each new hold


@dataclass(frozen=True)
class Held:
    """What is kept, and until when. `expires_at` may lie in the past: then it is kept no longer, and may yet be free."""

    token: str
    visit: Visit
    start: datetime
    end: datetime
    expires_at: datetime
    extensions_left: int


def hold(
    session: Session,
    now: datetime,
    visit: Visit,
    start: datetime,
    *,
    once: str,
    channel: str = "online",
    instead_of: str | None = None,
) -> Held:
    """Keep a start for ten minutes; `instead_of`, the token of an earlier hold, is let go in the same transaction.

    Raises NotBookable with its reason, SlotTaken, NotValid, KeyReused.
    """
    start = checked_instant(start)
    if earlier := earlier_subject(session, now, "hold", once, visit, start, channel, instead_of):
        return _held(session, _by_id(session, earlier))
    _open_pages(session, now, visit.location, instead_of)
    if instead_of:
        release(session, now, instead_of)
    seat, end = take_seat(session, now, visit, start, channel)
    row = new_hold(session, visit, (start, end), now + LASTS, channel)
    seat_hold(session, row, seat)
    done(session, "hold", once, row.id)
    note(session, HELD)
    return _held(session, row)


def look_at(session: Session, now: datetime, token: str) -> Held:
    """The hold as it stands. Raises HoldExpired when there is none, or when it has become an appointment."""
    row = session.exec(select(Hold).where(Hold.token_hash == hash_of(token))).one_or_none()
    if row is None or row.appointment_id:
        raise HoldExpired()
    return _held(session, row)


def still_kept(session: Session, now: datetime, hashes: Collection[str]) -> dict[str, datetime]:
    """Of these holds, each the hash of its token, those that keep a time that doesn't count as booked yet, and until when."""
    rows = select(Hold.token_hash, Hold.expires_at).outerjoin(Appointment, col(Appointment.id) == Hold.appointment_id)
    unbooked = or_(col(Hold.appointment_id).is_(None), col(Appointment.state) == UNCONFIRMED)
    return dict(session.exec(rows.where(col(Hold.token_hash).in_(hashes), unbooked, col(Hold.expires_at) > now)).all())


def extend(session: Session, now: datetime, token: str, *, once: str) -> Held:
    """Ten more minutes from now. A hold that ran out is taken up again when nobody else took the time.

    Raises ExtendedEnough, HoldExpired, NotBookable when the time has begun or was closed since, and when it ran out what
    `hold` raises.
    """
    if earlier := earlier_subject(session, now, "extend", once, token):
        return _held(session, _by_id(session, earlier))
    row = locked_hold(session, now, token)
    if row is None or row.appointment_id:
        raise HoldExpired()
    if now + LASTS - row.expires_at >= SAME_WISH:
        if row.extensions >= MOST_EXTENSIONS:
            raise ExtendedEnough(MOST_EXTENSIONS)
        row.expires_at, row.extensions = now + LASTS, row.extensions + 1
        _keep_longer(session, now, row)
    done(session, "extend", once, row.id)
    return _held(session, row)


def release(session: Session, now: datetime, token: str) -> None:
    """Let go. A token that is unknown, run out or already an appointment's changes nothing."""
    row = locked_hold(session, now, token)
    if row and not row.appointment_id:
        give_back(session, hold_id=row.id)
        session.delete(row)
        session.flush()


def forget_lapsed(session: Session, now: datetime) -> None:
    """Delete what nobody will come back to: holds that ran out long ago, whether or not they became appointments."""
    session.execute(delete(Hold).where(col(Hold.expires_at) < now - FORGOTTEN_AFTER))


def locked_hold(session: Session, now: datetime, token: str) -> Hold | None:
    """The hold of this token, perhaps run out, perhaps already an appointment's; its page is open from here on."""
    location = _location(session, token)
    if location is None:
        return None
    open_page(session, now, location)
    return session.exec(select(Hold).where(Hold.token_hash == hash_of(token))).one_or_none()


def _open_pages(session: Session, now: datetime, location: str, instead_of: str | None) -> None:
    """In one order everywhere, so that two who change places between two houses don't wait for each other for ever."""
    earlier = _location(session, instead_of) if instead_of else None
    for each in sorted({location, earlier or location}):
        open_page(session, now, each)


def _location(session: Session, token: str) -> str | None:
    return session.exec(select(Hold.location).where(Hold.token_hash == hash_of(token))).one_or_none()


def new_hold(session: Session, visit: Visit, span: tuple[datetime, datetime], expires_at: datetime, channel: str) -> Hold:
    """Without a seat yet. Its token is known to whoever is told it, so at first to nobody."""
    capability = new_capability(store_of(session).secret, PURPOSE)
    row = Hold(
        token_salt=capability.salt,
        token_hash=capability.key_hash,
        services=visit.services,
        location=visit.location,
        mode=visit.mode,
        people=visit.people,
        channel=channel,
        start_at=span[0],
        end_at=span[1],
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return row


def seat_hold(session: Session, row: Hold, seat: Seat) -> None:
    seat.hold_id, seat.lapses_at = row.id, row.expires_at
    keep_seat(session, seat, row.start_at)


def _keep_longer(session: Session, now: datetime, row: Hold) -> None:
    seat = seat_of(session, row)
    if seat:
        check_still_served(session, now, row, seat)
    else:
        seat, row.end_at = take_seat(session, now, row.visit, row.start_at, row.channel)
    seat_hold(session, row, seat)


def _by_id(session: Session, hold_id: int) -> Hold:
    row = session.get(Hold, hold_id)
    if row is None:
        raise HoldExpired()
    return row


def _held(session: Session, row: Hold) -> Held:
    return Held(
        token=key_again(store_of(session).secret, PURPOSE, row.token_salt, row.token_hash),
        visit=row.visit,
        start=row.start_at,
        end=row.end_at,
        expires_at=row.expires_at,
        extensions_left=MOST_EXTENSIONS - row.extensions,
    )
