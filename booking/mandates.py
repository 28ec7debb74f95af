"""Acting for somebody: a resident lets a relative, a neighbour or an association do for them what the mandate names.

It is an offer, sent to a contact, until whoever has shown that contact to be theirs says yes. Either of the two ends it with one word,
and it ends by itself after its last day; from then on it is worth nothing. Who holds a mandate can't pass it on: only the owner
grants one, and only for themselves. `may` is the one guard, and every verb that acts for somebody asks it anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from booking.audit import RESIDENT, record
from booking.caps import take_turns
from booking.catalogue import read_catalogue
from booking.details import LONGEST_NAME, known_by, one_line, tidied_contact
from booking.errors import NoMandate, NotValid, Problem, TooManyMandates
from booking.hours import wall_clock
from booking.interval import instant_of
from booking.outbox import write_down
from booking.people import Mandate, ResidentContact
from booking.residents import contacts_of, has_contact
from booking.tidings import channel_of
from booking.unconfirmed import check_can_be_asked

BOOK, SEE, SUBMIT, RECEIVE = "book", "see", "submit", "receive"
SCOPES = (BOOK, SEE, SUBMIT, RECEIVE)
LONGEST_YEARS, USUAL_YEARS = 2, 1
# Each is a letter to somebody who hasn't asked for one.
MOST_A_DAY = 10
OFFERED = "mandate"


@dataclass(frozen=True)
class Terms:
    """As typed, until `grant` tidies it. `contact` is an e-mail address or a mobile number."""

    name: str
    contact: str
    scopes: tuple[str, ...]
    last_day: date
    owner_name: str


@dataclass(frozen=True)
class Acting:
    """Who acts for whom. It says what somebody wants to do, and proves nothing: ask `may`."""

    holder_id: int
    owner_id: int

    @property
    def words(self) -> str:
        """As it stands in the history of an appointment."""
        return f"resident {self.holder_id} for resident {self.owner_id}"


@dataclass(frozen=True)
class ActsFor:
    """Somebody for whom the holder may act, by however many mandates: `last_day` is the last of any."""

    owner_id: int
    name: str
    scopes: tuple[str, ...]
    last_day: date


def may(session: Session, now: datetime, holder_id: int, owner_id: int, scope: str) -> bool:
    """May the one act for the other in this, at this moment?"""
    return any(scope in each.scopes for each in _between(session, now, holder_id, owner_id))


def check_may(session: Session, now: datetime, acting: Acting, *scopes: str) -> None:
    """Raises NoMandate unless all of it is allowed."""
    if not all(may(session, now, acting.holder_id, acting.owner_id, scope) for scope in scopes):
        raise NoMandate()


def grant(session: Session, now: datetime, owner_id: int, typed: Terms, language: str) -> Mandate:
    """Offer a mandate to whoever has this contact, and write to them. The same granted again is the one that there is.

    Raises NotValid, TooManyMandates.
    """
    take_turns(session, f"mandates of {owner_id}")
    fresh = _tidied(session, now, owner_id, typed)
    fresh.language = language
    if there := _open_to(session, now, owner_id, fresh.contact):
        if _terms(there) == _terms(fresh):
            return there
        raise NotValid((Problem("contact", "has-one"),))
    _check_not_too_many(session, now, owner_id)
    session.add(fresh)
    session.flush()
    _record(session, now, fresh, owner_id, "grant")
    _write_to_holder(session, now, fresh)
    return fresh


def accept(session: Session, now: datetime, holder_id: int, mandate_id: int) -> Mandate:
    """Whoever has the contact says yes. Saying so again changes nothing. Raises NoMandate."""
    mandate = _in_force(session, now, mandate_id)
    if mandate.holder_id == holder_id:
        return mandate
    if not _is_offered_to(session, mandate, holder_id):
        raise NoMandate()
    mandate.holder_id, mandate.accepted_at = holder_id, now
    _record(session, now, mandate, holder_id, "accept")
    return mandate


def revoke(session: Session, now: datetime, owner_id: int, mandate_id: int) -> None:
    """The owner takes it back, offered or accepted. Taking it back again changes nothing. Raises NoMandate."""
    mandate = session.get(Mandate, mandate_id, with_for_update=True)
    if mandate is None or mandate.owner_id != owner_id:
        raise NoMandate()
    _end(session, now, mandate, owner_id, "revoke")


def decline(session: Session, now: datetime, holder_id: int, mandate_id: int) -> None:
    """The other one doesn't want it, or not any more. Raises NoMandate."""
    mandate = session.get(Mandate, mandate_id, with_for_update=True)
    if mandate is None or not (mandate.holder_id == holder_id or _is_offered_to(session, mandate, holder_id)):
        raise NoMandate()
    _end(session, now, mandate, holder_id, "decline")


def give_up(session: Session, now: datetime, acting: Acting) -> None:
    """The holder acts for this owner no more, by whichever mandate. Without one it changes nothing."""
    for mandate in _between(session, now, acting.holder_id, acting.owner_id):
        decline(session, now, acting.holder_id, mandate.id or 0)


def granted_by(session: Session, now: datetime, owner_id: int) -> list[Mandate]:
    """Those in force and those offered, in the order in which they were granted."""
    theirs = select(Mandate).where(Mandate.owner_id == owner_id, *_not_over(session, now))
    return list(session.exec(theirs.order_by(col(Mandate.id))))


def offered_to(session: Session, now: datetime, resident_id: int) -> list[Mandate]:
    """What waits for their answer: offered to a contact that they have shown to be theirs."""
    offers = select(Mandate).join(ResidentContact, col(ResidentContact.contact) == col(Mandate.contact))
    to_them = (ResidentContact.resident_id == resident_id, Mandate.owner_id != resident_id)
    waiting = offers.where(*to_them, col(Mandate.holder_id).is_(None), *_not_over(session, now))
    return list(session.exec(waiting.order_by(col(Mandate.id))))


def offers_to(session: Session, resident_id: int) -> list[Mandate]:
    """All that was ever offered to a contact of theirs and not accepted, over or not."""
    offers = select(Mandate).join(ResidentContact, col(ResidentContact.contact) == col(Mandate.contact))
    to_them = offers.where(ResidentContact.resident_id == resident_id, col(Mandate.holder_id).is_(None))
    return list(session.exec(to_them.order_by(col(Mandate.id))))


def holders_contact(session: Session, mandate: Mandate) -> Mandate | ResidentContact | None:
    """Where the holder is reached: at the contact that was named, while it is theirs, else at another of theirs."""
    holder = mandate.holder_id or 0
    if has_contact(session, holder, mandate.contact):
        return mandate
    return next((each for each in contacts_of(session, holder) if channel_of(each)), None)


def acts_for(session: Session, now: datetime, holder_id: int) -> list[ActsFor]:
    """Everybody for whom they may act, by whom came first."""
    owners: dict[int, list[Mandate]] = {}
    for each in _held(session, now, holder_id):
        owners.setdefault(each.owner_id, []).append(each)
    return [_together(mandates) for mandates in owners.values()]


def receivers(session: Session, now: datetime, owner_id: int) -> list[Mandate]:
    """The mandates whose holders get the owner's letters too."""
    given = select(Mandate).where(Mandate.owner_id == owner_id, col(Mandate.holder_id).is_not(None), *_not_over(session, now))
    return [each for each in session.exec(given.order_by(col(Mandate.id))) if RECEIVE in each.scopes]


def receives(session: Session, now: datetime, mandate_id: int) -> Mandate | None:
    """This mandate, while its holder gets the owner's letters by it."""
    mandate = session.get(Mandate, mandate_id)
    is_so = mandate and mandate.holder_id is not None and RECEIVE in mandate.scopes and not is_over(session, now, mandate)
    return mandate if is_so else None


def offer_to_tell(session: Session, now: datetime, mandate_id: int) -> Mandate | None:
    """For its letter: None when there is nothing to answer any more."""
    mandate = session.get(Mandate, mandate_id)
    return mandate if mandate and mandate.holder_id is None and not is_over(session, now, mandate) else None


def name_of_holder(session: Session, acting: Acting) -> str:
    """What the owner calls them, by whichever mandate was the last, over or not; "" when there never was one."""
    given = select(Mandate.name).where(Mandate.owner_id == acting.owner_id, Mandate.holder_id == acting.holder_id)
    return session.exec(given.order_by(col(Mandate.id).desc()).limit(1)).first() or ""


def is_over(session: Session, now: datetime, mandate: Mandate) -> bool:
    return mandate.ended_at is not None or mandate.last_day < today_in(session, now)


def today_in(session: Session, now: datetime) -> date:
    """By the town's calendar."""
    return now.astimezone(_zone(session)).date()


def last_day_after(today: date, years: int) -> date:
    """The same day so many years later, the 28th for the 29th of February."""
    try:
        return today.replace(year=today.year + years)
    except ValueError:
        return today.replace(year=today.year + years, day=28)


def about(mandate: Mandate) -> str:
    """What the letter of an offer is about (outbox.py)."""
    return f"mandate {mandate.id}"


def _tidied(session: Session, now: datetime, owner_id: int, typed: Terms) -> Mandate:
    problems: list[Problem] = []
    name = one_line(typed.name, "name", LONGEST_NAME, problems, needed=True)
    owner_name = one_line(typed.owner_name, "owner_name", LONGEST_NAME, problems, needed=True)
    try:
        contact = tidied_contact(typed.contact, read_catalogue(session).town)
        check_can_be_asked(session, contact)
        if has_contact(session, owner_id, known_by(contact)):
            raise NotValid((Problem("contact", "is-yours"),))
    except NotValid as refusal:
        raise NotValid((*problems, *refusal.problems, *_problems_of(session, now, owner_id, typed))) from None
    if problems := [*problems, *_problems_of(session, now, owner_id, typed)]:
        raise NotValid(tuple(problems))
    return Mandate(
        owner_id=owner_id,
        owner_name=owner_name,
        contact=known_by(contact),
        email=contact.email,
        phone=contact.phone,
        name=name,
        scopes=_in_order(typed.scopes),
        last_day=typed.last_day,
        created_at=now,
    )


def _problems_of(session: Session, now: datetime, owner_id: int, typed: Terms) -> list[Problem]:
    """Of what isn't text. Somebody whom nobody can write to couldn't be told what is done for them."""
    problems, today = [], today_in(session, now)
    if not typed.scopes or any(scope not in SCOPES for scope in typed.scopes):
        problems.append(Problem("scopes", "missing"))
    if not today <= typed.last_day <= last_day_after(today, LONGEST_YEARS):
        problems.append(Problem("last_day", "out-of-range", LONGEST_YEARS))
    if not any(map(channel_of, contacts_of(session, owner_id))):
        problems.append(Problem("contact", "cannot-be-told"))
    return problems


def _in_order(scopes: Iterable[str]) -> tuple[str, ...]:
    return tuple(scope for scope in SCOPES if scope in scopes)


def _terms(mandate: Mandate) -> tuple[object, ...]:
    return mandate.contact, mandate.name, mandate.owner_name, tuple(mandate.scopes), mandate.last_day


def _open_to(session: Session, now: datetime, owner_id: int, contact: str) -> Mandate | None:
    theirs = select(Mandate).where(Mandate.owner_id == owner_id, Mandate.contact == contact, *_not_over(session, now))
    return session.exec(theirs).first()


def _check_not_too_many(session: Session, now: datetime, owner_id: int) -> None:
    lately = select(func.count()).where(Mandate.owner_id == owner_id, Mandate.created_at > now - timedelta(days=1))
    if session.exec(lately).one() >= MOST_A_DAY:
        raise TooManyMandates(MOST_A_DAY)


def _in_force(session: Session, now: datetime, mandate_id: int) -> Mandate:
    mandate = session.get(Mandate, mandate_id, with_for_update=True)
    if mandate is None or is_over(session, now, mandate):
        raise NoMandate()
    return mandate


def _is_offered_to(session: Session, mandate: Mandate, resident_id: int) -> bool:
    return mandate.holder_id is None and mandate.owner_id != resident_id and has_contact(session, resident_id, mandate.contact)


def _end(session: Session, now: datetime, mandate: Mandate, by: int, act: str) -> None:
    if mandate.ended_at is None:
        mandate.ended_at, mandate.ended_by = now, by
        _record(session, now, mandate, by, act)


def _held(session: Session, now: datetime, holder_id: int) -> list[Mandate]:
    held = select(Mandate).where(Mandate.holder_id == holder_id, *_not_over(session, now))
    return list(session.exec(held.order_by(col(Mandate.id))))


def _between(session: Session, now: datetime, holder_id: int, owner_id: int) -> list[Mandate]:
    return [each for each in _held(session, now, holder_id) if each.owner_id == owner_id]


def _together(mandates: list[Mandate]) -> ActsFor:
    latest = mandates[-1]
    scopes = _in_order({scope for each in mandates for scope in each.scopes})
    return ActsFor(latest.owner_id, latest.owner_name, scopes, max(each.last_day for each in mandates))


def _not_over(session: Session, now: datetime):
    return col(Mandate.ended_at).is_(None), Mandate.last_day >= today_in(session, now)


def _write_to_holder(session: Session, now: datetime, mandate: Mandate) -> None:
    if channel := channel_of(mandate):
        midnight = datetime.combine(mandate.last_day + timedelta(days=1), time())
        until = instant_of(wall_clock(_zone(session), midnight))
        letter = {"about": about(mandate), "what": OFFERED, "channel": channel}
        write_down(session, [{**letter, "written_at": now, "due_at": now, "useful_until": until}])


def _record(session: Session, now: datetime, mandate: Mandate, by: int, act: str) -> None:
    facts = {"scopes": ",".join(mandate.scopes), "until": mandate.last_day.isoformat()}
    who = {"actor_kind": RESIDENT, "actor": f"resident {by}"}
    record(session, now, **who, act=f"{act}-mandate", subject_kind="mandate", subject=about(mandate), facts=facts)


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(read_catalogue(session).town.timezone)
