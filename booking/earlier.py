"""Asking for an earlier time, and answering when one is offered: what the holder of an appointment may do.

The rule of who is asked first, and what happens to a place that comes free, are in `waiting_list.py` and `freed.py`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session

from booking.appointments import exchange, look_up, open_for_change
from booking.catalogue import read_catalogue
from booking.deeds import done, earlier_subject
from booking.errors import CannotBeTold, NotInForce, NotValid, OfferGone, Problem
from booking.freed import close_offer, end_wish, offer_to_the_next
from booking.promises import BOOKED, Appointment, Hold
from booking.seats import check_still_served, hand_over, seat_of
from booking.tidings import channel_of
from booking.waiting_list import DECLINED, TAKEN, EarlierWish, FreedPlace, Offer, open_offer, open_wish

NOTICES = (60, 180, 1440, 2880)  # minutes


@dataclass(frozen=True)
class Wish:
    """What would suit: weekdays (0 is Monday), from one time to another by the clock of the location, told at least so many
    minutes before; `needed_by` is the day by which they need it, or None when sooner is only nicer.
    """

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    from_time: time = time(0)
    until_time: time = time(23, 59)
    notice_minutes: int = 180
    needed_by: date | None = None


@dataclass(frozen=True)
class Waiting:
    """A wish that is open, and what is being offered for it, if anything."""

    wish: EarlierWish
    offer: Offer | None


def ask_for_earlier(session: Session, now: datetime, reference: str, access_key: str, wish: Wish, *, once: str) -> EarlierWish:
    """Wait for an earlier time. Asked again, the new wish takes the place of the old one and keeps its turn.

    Raises NotInForce, CannotBeTold, NotValid, KeyReused, MistypedReference, UnknownReference.
    """
    appointment = look_up(session, reference, access_key)
    if earlier := earlier_subject(session, now, "ask_for_earlier", once, appointment.reference, wish):
        return session.get_one(EarlierWish, earlier)
    open_for_change(session, now, appointment)
    if appointment.state != BOOKED or appointment.start_at <= now:
        raise NotInForce(appointment.state)
    if channel_of(appointment) is None:
        raise CannotBeTold()
    _check(session, now, appointment, wish)
    row = open_wish(session, appointment.id) or EarlierWish(
        appointment_id=appointment.id or 0,
        location=appointment.location,
        asked_at=now,
        weekdays=(),
        from_time=wish.from_time,
        until_time=wish.until_time,
        notice_minutes=0,
    )
    row.weekdays, row.from_time, row.until_time = tuple(sorted(set(wish.weekdays))), wish.from_time, wish.until_time
    row.notice_minutes, row.needed_by = wish.notice_minutes, wish.needed_by
    session.add(row)
    session.flush()
    done(session, "ask_for_earlier", once, row.id)
    return row


def stop_asking(session: Session, now: datetime, reference: str, access_key: str) -> None:
    """Wait no longer. Whoever doesn't wait changes nothing. Raises MistypedReference, UnknownReference."""
    appointment = look_up(session, reference, access_key)
    open_for_change(session, now, appointment)
    end_wish(session, now, appointment.id or 0)


def waiting(session: Session, now: datetime, appointment: Appointment) -> Waiting | None:
    """What this appointment's holder waits for, and what is offered to them now."""
    wish = open_wish(session, appointment.id)
    if wish is None:
        return None
    offer = open_offer(session, wish)
    return Waiting(wish, offer if offer and now < offer.answer_until else None)


def take_offer(session: Session, now: datetime, reference: str, access_key: str, *, once: str) -> Appointment:
    """Exchange the appointment's time for the one that is offered, in one transaction.

    Raises OfferGone when it was answered or its time is over, NotBookable when the town has closed it since, KeyReused,
    MistypedReference, UnknownReference.
    """
    appointment = look_up(session, reference, access_key)
    if earlier_subject(session, now, "take_offer", once, appointment.reference):
        session.refresh(appointment)
        return appointment
    open_for_change(session, now, appointment)
    wish, offer, hold = _what_is_offered(session, now, appointment)
    seat = seat_of(session, hold)
    if seat is None:
        raise OfferGone()
    check_still_served(session, now, hold, seat)
    hold.appointment_id = appointment.id
    close_offer(session, now, offer, TAKEN)
    wish.ended_at = session.get_one(FreedPlace, offer.freed_place_id).done_at = now

    def sit_down() -> datetime:
        hand_over(seat, appointment.id or 0)
        session.flush()
        return hold.end_at

    exchange(session, now, appointment, hold.start_at, sit_down)
    done(session, "take_offer", once, appointment.id)
    return appointment


def decline_offer(session: Session, now: datetime, reference: str, access_key: str) -> None:
    """Keep the time they have; the offer goes to the next, and they go on waiting. Without an offer it changes nothing.

    Raises MistypedReference, UnknownReference.
    """
    appointment = look_up(session, reference, access_key)
    open_for_change(session, now, appointment)
    try:
        _, offer, _ = _what_is_offered(session, now, appointment)
    except OfferGone:
        return
    close_offer(session, now, offer, DECLINED)
    offer_to_the_next(session, now, session.get_one(FreedPlace, offer.freed_place_id))


def _what_is_offered(session: Session, now: datetime, appointment: Appointment) -> tuple[EarlierWish, Offer, Hold]:
    wish = open_wish(session, appointment.id)
    offer = open_offer(session, wish) if wish else None
    hold = session.get(Hold, offer.hold_id) if offer and offer.hold_id else None
    if wish is None or offer is None or hold is None or now >= offer.answer_until or appointment.state != BOOKED:
        raise OfferGone()
    return wish, offer, hold


def _check(session: Session, now: datetime, appointment: Appointment, wish: Wish) -> None:
    zone = ZoneInfo(read_catalogue(session).known_locations[appointment.location].timezone)
    today, has = now.astimezone(zone).date(), appointment.start_at.astimezone(zone).date()
    wrong = [
        Problem(field, code)
        for field, code, fits in (
            ("weekdays", "missing", bool(wish.weekdays)),
            ("weekdays", "wrong-type", all(type(day) is int and 0 <= day <= 6 for day in wish.weekdays)),
            ("hours", "wrong-order", wish.from_time < wish.until_time),
            ("notice", "wrong-type", wish.notice_minutes in NOTICES),
            ("needed_by", "not-before", wish.needed_by is None or today <= wish.needed_by < has),
        )
        if not fits
    ]
    if wrong:
        raise NotValid(tuple(wrong))
