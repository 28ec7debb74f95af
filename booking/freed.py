"""A place that comes free: withheld for a short random time, then offered to one person after the other, then everybody's.

The delay takes the reward from whoever cancels in order to take the place again under another name, and from machines that
watch. Nobody is asked at night. A worker that is late does no harm: what is withheld lapses by itself a little later.
"""

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from booking.availability import free_places
from booking.catalogue import read_catalogue
from booking.counter_time import InsteadOf
from booking.errors import NotBookable, SlotTaken
from booking.holds import new_hold, seat_hold
from booking.hours import wall_clock
from booking.interval import instant_of
from booking.promises import BOOKED, Appointment, Hold
from booking.seats import give_back, open_page, take_seat
from booking.tidings import tell_of_offer
from booking.visits import Visit
from booking.waiting_list import (
    ANOTHER_DAY,
    NO_COUNTER,
    OFFERED,
    TOO_LATE_FOR_THEM,
    UNANSWERED,
    WITHDRAWN,
    Considered,
    EarlierWish,
    FreedPlace,
    Offer,
    found_for,
    in_turn,
    open_offer,
    open_wish,
)

SHORTEST, LONGEST = 2 * 60, 15 * 60  # seconds that a place is withheld, at random
# What begins sooner is everybody's at once.
SOONEST = timedelta(hours=1)
# How long after its time a kept place waits for a worker.
GRACE = timedelta(minutes=3)
# Nobody is asked at night: by the clock of the location.
ASK_FROM, ASK_UNTIL = time(8), time(20)
# An offer is kept for a tenth of the time until the visit, but not shorter or longer than this.
SHORTEST_OFFER, LONGEST_OFFER = timedelta(minutes=30), timedelta(hours=3)
# Kept by the house: a place that is withheld isn't one of those kept for the desk.
CHANNEL = "in_person"
# Reasons that hold for every start of one day, so that nobody need look which there are.
WHATEVER_THE_HOUR = (ANOTHER_DAY, TOO_LATE_FOR_THEM)
dice = random.SystemRandom()


def withhold(session: Session, now: datetime, visit: Visit, start: datetime) -> None:
    """Keep a place that has just come free, and write down when it is due. The page must be open.

    What can't be booked any more, or begins soon, isn't kept.
    """
    if start < now + SOONEST:
        return
    try:
        hold = _kept(session, now, visit, start, due_at=_due_at(session, now, visit, start))
    except (NotBookable, SlotTaken):
        return
    due_at = hold.expires_at - GRACE
    session.add(
        FreedPlace(location=visit.location, start_at=start, end_at=hold.end_at, freed_at=now, due_at=due_at, hold_id=hold.id)
    )


def pass_on(session: Session, now: datetime) -> bool:
    """Deal with the place that has been due longest: offer it to the next in turn, or let everybody have it. False when none is."""
    due = select(FreedPlace).where(col(FreedPlace.done_at).is_(None), FreedPlace.due_at <= now)
    freed = session.exec(due.order_by(col(FreedPlace.due_at), col(FreedPlace.id)).limit(1)).one_or_none()
    if freed is None:
        return False
    open_page(session, now, freed.location)
    session.refresh(freed)
    if freed.done_at is None and freed.due_at <= now:
        for offer in _open_offers_of(session, freed):
            close_offer(session, now, offer, UNANSWERED)
        offer_to_the_next(session, now, freed)
    return True


def offer_to_the_next(session: Session, now: datetime, freed: FreedPlace) -> None:
    """The place is kept for the first in turn whom it suits and who wasn't asked yet; when there is none, it is everybody's."""
    _let_go(session, freed)
    if _is_asking_time(session, now, freed.location):
        starts = _Starts(session, now, freed)
        for turn, (wish, appointment) in enumerate(_not_yet_considered(session, freed), _turns_so_far(session, freed)):
            if _considered(session, now, freed, wish, appointment, starts, turn):
                return
    freed.done_at = now


def close_offer(session: Session, now: datetime, offer: Offer, answer: str) -> None:
    """The offer is over; what was kept for it is let go, unless it has become the appointment's."""
    offer.answer, offer.answered_at = answer, now
    hold = session.get(Hold, offer.hold_id) if offer.hold_id else None
    if hold and hold.appointment_id is None:
        _delete_hold(session, hold)
    session.flush()


def end_wish(session: Session, now: datetime, appointment_id: int) -> None:
    """They wait no longer. What was being offered to them goes to the next. The page must be open."""
    wish = open_wish(session, appointment_id)
    if wish is None:
        return
    wish.ended_at = now
    if offer := open_offer(session, wish):
        close_offer(session, now, offer, WITHDRAWN)
        offer_to_the_next(session, now, session.get_one(FreedPlace, offer.freed_place_id))


def answer_time(now: datetime, start: datetime) -> timedelta:
    """How long an offer is kept for whoever it is made to."""
    return min(max((start - now) / 10, SHORTEST_OFFER), LONGEST_OFFER)


def _considered(
    session: Session,
    now: datetime,
    freed: FreedPlace,
    wish: EarlierWish,
    appointment: Appointment,
    starts: "_Starts",
    turn: int,
) -> bool:
    """Write down what is found for this person, and make the offer when the place suits."""
    start, found = starts.for_whom(wish, appointment)
    hold = _kept_for(session, now, appointment, start) if start else None
    session.add(
        Considered(
            freed_place_id=_id(freed),
            wish_id=_id(wish),
            turn=turn,
            at=now,
            asked_at=wish.asked_at,
            needed_by=wish.needed_by,
            found=OFFERED if hold else NO_COUNTER if start else found,
        )
    )
    if hold:
        _make_offer(session, now, freed, wish, hold)
        tell_of_offer(session, now, appointment, freed.due_at)
    session.flush()
    return hold is not None


def _kept_for(session: Session, now: datetime, appointment: Appointment, start: datetime) -> Hold | None:
    """None when the time would do only once they had given back their own, which they keep until they have answered."""
    try:
        return _kept(session, now, appointment.visit, start, due_at=now + answer_time(now, start))
    except (NotBookable, SlotTaken):
        return None


def _make_offer(session: Session, now: datetime, freed: FreedPlace, wish: EarlierWish, hold: Hold) -> None:
    freed.due_at, freed.hold_id = hold.expires_at - GRACE, hold.id
    session.add(
        Offer(
            freed_place_id=_id(freed),
            wish_id=_id(wish),
            hold_id=hold.id,
            start_at=hold.start_at,
            end_at=hold.end_at,
            offered_at=now,
            answer_until=freed.due_at,
        )
    )


class _Starts:
    """The starts that a freed time makes possible, for one kind of visit after the other. Read anew, never remembered for longer.

    The page is locked meanwhile, and hundreds may wait: visits that are alike are asked about once.
    """

    def __init__(self, session: Session, now: datetime, freed: FreedPlace):
        self._session, self._now, self._freed = session, now, freed
        self._zone = _zone(session, freed.location)
        self._day = freed.start_at.astimezone(self._zone).date()
        self._known: dict[tuple[Visit, int | None], list[datetime]] = {}

    def for_whom(self, wish: EarlierWish, appointment: Appointment) -> tuple[datetime | None, str]:
        """The first start that suits this person, or None and why there is none."""
        of_the_day = self._found(wish, appointment, self._freed.start_at)
        if of_the_day in WHATEVER_THE_HOUR:
            return None, of_the_day
        found = {start: self._found(wish, appointment, start) for start in self._of(appointment)}
        suits = next((start for start, reason in found.items() if reason == OFFERED), None)
        return suits, OFFERED if suits else next(iter(found.values()), NO_COUNTER)

    def _found(self, wish: EarlierWish, appointment: Appointment, start: datetime) -> str:
        return found_for(wish, appointment.start_at, start, self._now + answer_time(self._now, start), self._zone)

    def _of(self, appointment: Appointment) -> list[datetime]:
        """Their own time is free for them: that matters on the same day only."""
        is_same_day = appointment.start_at.astimezone(self._zone).date() == self._day
        kind = (appointment.visit, appointment.id if is_same_day else None)
        if kind not in self._known:
            self._known[kind] = self._read(appointment)
        return self._known[kind]

    def _read(self, appointment: Appointment) -> list[datetime]:
        mine = InsteadOf(appointment=appointment.id)
        try:
            free = free_places(self._session, self._now, appointment.visit, self._day, self._day, instead_of=mine)
        except NotBookable:
            return []
        begins, ends, length = self._freed.start_at, self._freed.end_at, appointment.end_at - appointment.start_at
        return [place.start for place in free if place.start < ends and begins < place.start + length]


def _kept(session: Session, now: datetime, visit: Visit, start: datetime, *, due_at: datetime) -> Hold:
    """A hold of the house. Raises NotBookable, SlotTaken."""
    seat, end = take_seat(session, now, visit, start, CHANNEL)
    hold = new_hold(session, visit, (start, end), due_at + GRACE, CHANNEL)
    seat_hold(session, hold, seat)
    return hold


def _let_go(session: Session, freed: FreedPlace) -> None:
    hold = session.get(Hold, freed.hold_id) if freed.hold_id else None
    freed.hold_id = None
    session.flush()
    if hold and hold.appointment_id is None:
        _delete_hold(session, hold)


def _delete_hold(session: Session, hold: Hold) -> None:
    give_back(session, hold_id=hold.id)
    session.delete(hold)
    session.flush()


def _due_at(session: Session, now: datetime, visit: Visit, start: datetime) -> datetime:
    """After a random while; what came free at night waits for the morning when somebody could still be asked then."""
    due = now + timedelta(seconds=dice.uniform(SHORTEST, LONGEST))
    zone = _zone(session, visit.location)
    local = due.astimezone(zone)
    if ASK_FROM <= local.time() < ASK_UNTIL:
        return due
    morning = local.date() + timedelta(days=local.time() >= ASK_UNTIL)
    opens = instant_of(wall_clock(zone, datetime.combine(morning, ASK_FROM)))
    return opens if opens + 2 * SOONEST < start else due


def _is_asking_time(session: Session, now: datetime, location: str) -> bool:
    return ASK_FROM <= now.astimezone(_zone(session, location)).time() < ASK_UNTIL


def _not_yet_considered(session: Session, freed: FreedPlace) -> list[tuple[EarlierWish, Appointment]]:
    known = select(Considered.wish_id).where(Considered.freed_place_id == freed.id)
    busy = select(Offer.wish_id).where(Offer.answer == "")
    waiting = (
        select(EarlierWish, Appointment)
        .join(Appointment, col(Appointment.id) == EarlierWish.appointment_id)
        .where(
            EarlierWish.location == freed.location,
            Appointment.state == BOOKED,
            col(EarlierWish.ended_at).is_(None),
            col(EarlierWish.id).not_in(known),
            col(EarlierWish.id).not_in(busy),
        )
    )
    found = {wish.id: (wish, appointment) for wish, appointment in session.exec(waiting)}
    return [found[wish.id] for wish in in_turn(wish for wish, _ in found.values())]


def _turns_so_far(session: Session, freed: FreedPlace) -> int:
    return 1 + len(session.exec(select(Considered.id).where(Considered.freed_place_id == freed.id)).all())


def _open_offers_of(session: Session, freed: FreedPlace) -> list[Offer]:
    return list(session.exec(select(Offer).where(Offer.freed_place_id == freed.id, Offer.answer == "")))


def _zone(session: Session, location: str) -> ZoneInfo:
    return ZoneInfo(read_catalogue(session).known_locations[location].timezone)


def _id(row: FreedPlace | EarlierWish) -> int:
    if row.id is None:
        raise ValueError("not written yet")
    return row.id
