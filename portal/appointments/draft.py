"""A booking on its way: the answers given so far, kept in the database under a key that only one browser tab holds.

A reload, a lost connection or a restarted server loses nothing. The tab keeps the key in its session storage; we keep
its hash. Drafts that nobody touched for a day are deleted the next time anybody begins one.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import JSON, delete
from sqlmodel import Field, Session, col

from booking.acting import about_owner, reached_through_owner
from booking.appointments import Booked, book, booked_again, look_up
from booking.assurance import NONE, check_assurance
from booking.audit import STAFF, record
from booking.catalogue import read_catalogue
from booking.confirming import back_to_hold
from booking.confirming import confirm as confirm_appointment
from booking.details import NEEDS, Details, known_by, storable, tidied
from booking.errors import HoldExpired, NoMandate
from booking.holds import Held, extend, hold, look_at, release
from booking.mandates import BOOK, SEE, Acting, acts_for, check_may, may
from booking.merging import now_known_as
from booking.one_time_codes import WrongCode, contact_hash
from booking.people import Resident
from booking.promises import BOOKED, UNCONFIRMED, Appointment
from booking.references import SecretChanged
from booking.residents import contacts_of, has_contact
from booking.store import Table, insert_on
from booking.unconfirmed import asks_for_code, check_can_be_asked
from booking.visits import Visit, quote, quote_for
from portal.identity.assisting import BY_THEIR_CODE, ON_SCREEN, OWN_PHONE, Assisted, sat_beside

KEPT_FOR = timedelta(hours=24)
LONGEST_ANSWER = 400
_KEY = re.compile(r"[A-Za-z0-9_-]{32}")


class Draft(Table, table=True):
    """`hold` is the token of the time kept, `reference` the appointment that came of it, `shown_contact` the hash of the contact
    for which a code was typed here; each "" until then. When `acted_by` books for somebody else, `on_behalf_of` is for whom. What was
    begun beside staff and goes on elsewhere (handing_over.py) names who they were, and the hash of what was scanned.
    """

    key_hash: str = Field(primary_key=True)
    touched_at: datetime = Field(index=True)
    services: tuple[str, ...] = Field(default=(), sa_type=JSON)
    location: str = ""
    mode: str = ""
    people: int = 1
    start_at: datetime | None = None
    hold: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    needs: tuple[str, ...] = Field(default=(), sa_type=JSON)
    interpreter_language: str = ""
    once: str = Field(default_factory=lambda: secrets.token_urlsafe(24))
    reference: str = ""
    shown_contact: str = ""
    acted_by: int | None = Field(default=None, foreign_key="resident.id")
    on_behalf_of: int | None = Field(default=None, foreign_key="resident.id")
    begun_beside: int | None = Field(default=None, foreign_key="assisted.id")
    offer_hash: str = Field(default="", index=True)
    offered_until: datetime | None = None


DESK = "in_person"  # the channel
ANSWERS = ("name", "email", "phone", "language", "interpreter_language")


@dataclass(frozen=True)
class Kept:
    """A draft and the time kept for it, if any; for whom it is, by name, when somebody books for somebody else."""

    draft: Draft
    held: Held | None
    for_whom: str = ""
    beside: Assisted | None = None


def new_key() -> str:
    return secrets.token_urlsafe(24)


def is_key(text: object) -> bool:
    """Could it be one of ours? Whatever else a browser says it has stored must not become a key that two people share."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def begin(session: Session, now: datetime, key: str, services: Sequence[str], language: str) -> Draft:
    """The draft under `key`, made if there is none, for `services` when some are named.

    Another choice of services, or a booking that is done, starts over; what the person said about themselves stays.
    Raises what `quote` raises for services that can't be booked, and then changes nothing.
    """
    if services:
        quote(read_catalogue(session), services)
    forget_old_drafts(session, now)
    new = Draft(key_hash=name_of(key), touched_at=now, language=language)
    session.execute(insert_on(session, Draft).values(new.model_dump()).on_conflict_do_nothing())
    draft = session.get_one(Draft, name_of(key), with_for_update=True)
    if services and (tuple(services) != draft.services or draft.reference):
        _start_over(session, now, draft, tuple(services))
    return touched(session, now, draft)


def begin_for(session: Session, now: datetime, key: str, acting: Acting, language: str) -> Draft:
    """A draft under a `key` that is new, for somebody else. Raises NoMandate."""
    check_may(session, now, acting, BOOK)
    draft = begin(session, now, key, (), language)
    draft.acted_by, draft.on_behalf_of = acting.holder_id, acting.owner_id
    return draft


def is_begun(session: Session, key: str) -> bool:
    """Is there a row under `key`, however old?"""
    return session.get(Draft, name_of(key)) is not None


def kept(session: Session, now: datetime, key: str) -> Kept | None:
    """The draft as it stands, without changing it; None when there is none under this key, or nobody may book by it any more."""
    draft = session.get(Draft, name_of(key)) if key else None
    if draft is None or _is_old(draft, now):
        return None
    acting = acting_of(draft)
    if acting is None:
        return Kept(draft, _held(session, now, draft), beside=sat_beside(session, draft.begun_beside))
    owner = next((each for each in acts_for(session, now, acting.holder_id) if each.owner_id == acting.owner_id), None)
    return Kept(draft, _held(session, now, draft), owner.name) if owner and BOOK in owner.scopes else None


def acting_of(draft: Draft) -> Acting | None:
    """Who books for whom, None when somebody books for themselves."""
    return Acting(draft.acted_by, draft.on_behalf_of) if draft.acted_by and draft.on_behalf_of else None


def acting_by(session: Session, key: str) -> Acting | None:
    """Who began the draft under `key` for whom, whatever that is worth now."""
    draft = session.get(Draft, name_of(key)) if key else None
    return acting_of(draft) if draft else None


def choose_way(session: Session, now: datetime, key: str, location: str, mode: str, people: int) -> Draft:
    """Where, how and how many. A time that was kept for something else is let go. Raises NotBookable."""
    draft = mine(session, now, key)
    visit = Visit(tuple(draft.services), location, mode, people)
    quote_for(read_catalogue(session), visit)
    if (draft.location, draft.mode, draft.people) != (location, mode, people):
        _let_go(session, now, draft)
        draft.location, draft.mode, draft.people = location, mode, people
    return touched(session, now, draft)


def choose_time(session: Session, now: datetime, key: str, start: datetime, channel: str = "online") -> Held:
    """Keep `start` for ten minutes in place of an earlier choice; the same choice again keeps what is kept. `channel` is DESK beside a
    member of the staff, who may give away what is kept for the desk.

    Raises SlotTaken and NotBookable; the earlier choice then stays as it was.
    """
    draft = mine(session, now, key)
    held = _held(session, now, draft)
    if held and held.start == start and held.expires_at > now:
        return held
    instead_of = draft.hold or None
    held = hold(session, now, visit_of(draft), start, once=secrets.token_urlsafe(24), channel=channel, instead_of=instead_of)
    draft.start_at, draft.hold = start, held.token
    touched(session, now, draft)
    return held


def keep_longer(session: Session, now: datetime, key: str) -> Held:
    """Ten more minutes, or the time taken anew if it ran out and is still free. Raises ExtendedEnough, SlotTaken, HoldExpired."""
    draft = mine(session, now, key)
    if not draft.hold:
        raise HoldExpired
    return extend(session, now, draft.hold, once=secrets.token_urlsafe(24))


def remember(session: Session, now: datetime, key: str, answers: dict[str, str], needs: Sequence[str] | None = None) -> Draft:
    """Keep what was typed, as it was typed, so that nothing is lost; whether it will do is asked later. Who somebody is was established
    beside staff by their name: with another one, on their own phone, it counts no more.

    Raises HoldExpired when there is no draft under this key, or it has become an appointment.
    """
    draft = mine(session, now, key)
    if "name" in answers and _is_elsewhere(draft) and _same_name(answers["name"]) != _same_name(draft.name):
        draft.begun_beside = None
    for name, answer in answers.items():
        if name in ANSWERS:
            setattr(draft, name, storable(answer[:LONGEST_ANSWER]))
    if needs is not None:
        draft.needs = tuple(needs)
    return touched(session, now, draft)


def checked(session: Session, details: Details, mode: str) -> Details:
    """What was typed, tidied, for a visit in this mode. Raises NotValid with everything that has to be put right."""
    tidy = tidied(details, read_catalogue(session).town, mode)
    if asks_for_code(session, "online"):
        check_can_be_asked(session, tidy)
    return tidy


def check_answers(session: Session, draft: Draft) -> Details:
    """What will be booked; what of it may be shown is another matter (details_for). Raises NotValid."""
    return checked(session, details_for(session, draft), draft.mode)


def will_be_asked(session: Session, draft: Draft, details: Details, resident_id: int | None = None) -> bool:
    """Whether a code will be sent, or they have shown already whose contact it is: in this tab, or by signing in."""
    if (
        acting_of(draft)
        or not asks_for_code(session, "online")
        or draft.shown_contact == contact_hash(session, known_by(details))
    ):
        return False
    return resident_id is None or not has_contact(session, resident_id, known_by(details))


def introduce(session: Session, now: datetime, key: str, resident_id: int) -> Draft:
    """What travels with them, put into the answers that nobody has given yet; with somebody who books for another, what travels with
    that one, if they may see it. Raises HoldExpired as `remember` does.
    """
    draft = mine(session, now, key)
    if draft.name or draft.email or draft.phone:
        return draft
    if acting := acting_of(draft):
        if acting.holder_id != resident_id or not may(session, now, acting.holder_id, acting.owner_id, SEE):
            return draft
        resident, contacts = about_owner(session, now, acting)
    else:
        resident, contacts = session.get_one(Resident, resident_id), contacts_of(session, resident_id)
    draft.name, draft.language = resident.name, resident.language or draft.language
    draft.email = next((each.email for each in contacts if each.email), "")
    draft.phone = next((each.phone for each in contacts if each.phone), "")
    draft.needs, draft.interpreter_language = resident.needs, resident.interpreter_language
    return touched(session, now, draft)


def contact_to_ask(session: Session, key: str, resident_id: int | None = None) -> str:
    """Whom `confirm` will send a code (details.known_by), "" for nobody."""
    draft = session.get(Draft, name_of(key)) if key else None
    if draft is None or draft.reference or acting_of(draft):
        return ""
    details = tidied(details_of(draft), read_catalogue(session).town, draft.mode)
    return known_by(details) if will_be_asked(session, draft, details, resident_id) else ""


def confirm(
    session: Session,
    now: datetime,
    key: str,
    resident_id: int | None = None,
    assisted: Assisted | None = None,
    assurance: str = NONE,
    by_code: bool = False,
) -> Booked:
    """Book the time that is kept, for whoever is signed in if anybody is, or for whom staff assist. Asked again, it
    answers with the same appointment, which may be still to be confirmed. `by_code`: whoever is beside them confirms it with a code
    that is sent to them.

    Once it counts, what the person said about themselves belongs to the appointment and leaves the draft.
    `assurance`: how surely they have shown who they are.
    Raises HoldExpired when no time was chosen, NotSureEnough, SlotTaken, NotBookable, NotValid, TooManyBookings, TooManyCodes,
    NoMandate.
    """
    draft = session.get(Draft, name_of(key), with_for_update=True)
    acting = acting_of(draft) if draft else None
    if acting and acting.holder_id != resident_id:
        raise NoMandate()
    if booked := confirmed(session, key):
        return booked
    draft = mine(session, now, key)
    if not draft.hold:
        raise HoldExpired
    details = check_answers(session, draft)
    began = assisted or sat_beside(session, draft.begun_beside)
    if began:
        # The hold is the desk's, where it is asked of nobody; but here it was said how it was established who it is.
        check_assurance(session, visit_of(draft), "online", assurance)
        resident_id = now_known_as(session, began.resident_id) if began.resident_id else resident_id
    is_known = (assisted is not None and not by_code) or not will_be_asked(session, draft, details, resident_id)
    how = BY_THEIR_CODE if not is_known else ON_SCREEN if assisted else OWN_PHONE
    who = {"is_known": is_known, "resident_id": resident_id, "acting": acting, "assurance": assurance}
    booked = book(session, now, draft.hold, details, once=draft.once, by=began.by(how) if began else "resident", **who)
    if began:
        _record_assistance(session, now, booked.appointment, began, how)
    draft.reference = booked.reference
    if booked.appointment.state == BOOKED:
        _forget_whom(draft)
    touched(session, now, draft)
    return booked


def _record_assistance(session: Session, now: datetime, appointment: Appointment, assisted: Assisted, how: str) -> None:
    """Filled in by staff, confirmed by the person beside them, or to be confirmed by them: in the record of what staff do."""
    record(
        session,
        now,
        actor_kind=STAFF,
        actor=assisted.staff,
        act="booked" if appointment.state == BOOKED else "filled-in",
        subject_kind="appointment",
        subject=f"appointment {appointment.id}",
        purpose="assistance",
        on_behalf_of=assisted.subject,
        facts={"established": assisted.established, "confirmed": how},
    )


def confirm_by_code(
    session: Session, now: datetime, key: str, reference: str, access_key: str, code: str
) -> Appointment | WrongCode:
    """What `confirming.confirm` does; the draft under `key`, if it is this one's, forgets whom it was for, but not that they
    have shown whose contact it is: here, and not by a link that somebody else opened.
    """
    draft = _draft_of(session, key, reference)
    is_new = look_up(session, reference, access_key).state == UNCONFIRMED
    appointment = confirm_appointment(session, now, reference, access_key, code)
    if draft and isinstance(appointment, Appointment):
        draft.shown_contact = contact_hash(session, known_by(appointment)) if is_new else draft.shown_contact
        _forget_whom(draft)
        touched(session, now, draft)
    return appointment


def is_drafts(session: Session, key: str, reference: str) -> bool:
    """Whether this appointment came of the draft under `key`."""
    draft = session.get(Draft, name_of(key)) if key and reference else None
    return draft is not None and draft.reference == reference


def reconsider(session: Session, now: datetime, key: str, reference: str, access_key: str, *, has_shown: bool = False) -> None:
    """Not confirmed yet, and the answers have to be changed again: the time is kept as before, as far as it still is.

    `has_shown`: they have shown whose contact it is.

    Raises HoldExpired when this tab has no such draft, NotInForce, ExtendedEnough, UnknownReference.
    """
    draft = _draft_of(session, key, reference)
    if draft is None:
        raise HoldExpired
    back_to_hold(session, now, reference, access_key)
    if has_shown:
        draft.shown_contact = contact_hash(session, known_by(look_up(session, reference, access_key)))
    draft.reference, draft.once = "", secrets.token_urlsafe(24)
    touched(session, now, draft)


def confirmed(session: Session, key: str) -> Booked | None:
    """The appointment that came of this draft, with its key; None while there is none."""
    draft = session.get(Draft, name_of(key)) if key else None
    return booked_again(session, draft.reference) if draft and draft.reference else None


def tick(session: Session, now: datetime, key: str, need: str, is_ticked: bool) -> Draft:
    """Keep one need ticked or not. Raises HoldExpired as `remember` does."""
    draft = mine(session, now, key)
    others = [each for each in draft.needs if each != need]
    draft.needs = tuple(each for each in NEEDS if each in others or (is_ticked and each == need))
    return touched(session, now, draft)


def abandon(session: Session, now: datetime, key: str) -> None:
    """Let the time go and forget the answers."""
    abandon_named(session, now, name_of(key))


def abandon_named(session: Session, now: datetime, name: str) -> None:
    """The same, for a draft of which only the name is known. One that became an appointment is forgotten, the appointment stays."""
    draft = session.get(Draft, name, with_for_update=True) if name else None
    if draft is not None:
        if not draft.reference:
            _let_go(session, now, draft)
        session.delete(draft)


def name_of(key: str) -> str:
    """What a draft is called where its key must not be known; "" for no key."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest() if key else ""


def forget(session: Session, key: str) -> bool:
    """Forget that a booking was made under this key; True when one was. One that is still on its way stays."""
    draft = session.get(Draft, name_of(key), with_for_update=True) if is_key(key) else None
    if draft is None or not draft.reference:
        return False
    session.delete(draft)
    return True


def forget_draft_of(session: Session, key: str, reference: str) -> None:
    """They don't want it after all: the draft that it came of goes too, if it is under this key."""
    if draft := _draft_of(session, key, reference):
        session.delete(draft)


def visit_of(draft: Draft) -> Visit:
    return Visit(tuple(draft.services), draft.location, draft.mode, draft.people)


def details_of(draft: Draft) -> Details:
    return Details(draft.name, draft.email, draft.phone, draft.language, tuple(draft.needs), draft.interpreter_language)


def details_for(session: Session, draft: Draft) -> Details:
    """What was typed; with somebody who books for another, reached at a contact of that one's own. Not to be shown."""
    acting, typed = acting_of(draft), details_of(draft)
    return reached_through_owner(session, acting, typed) if acting else typed


def for_myself(session: Session, now: datetime, key: str) -> Draft:
    """Whoever booked for somebody else books for themselves: the time is kept, the answers are forgotten. Raises HoldExpired."""
    draft = session.get(Draft, name_of(key), with_for_update=True)
    if draft is None or draft.reference or _is_old(draft, now):
        raise HoldExpired
    draft.acted_by = draft.on_behalf_of = None
    _forget_whom(draft)
    return touched(session, now, draft)


def mine(session: Session, now: datetime, key: str) -> Draft:
    """The draft under `key`, locked, as long as it is one: an answer that arrives after the booking is done, or after nobody may
    book for somebody else any more, changes nothing.
    """
    draft = session.get(Draft, name_of(key), with_for_update=True)
    if draft is None or draft.reference or _is_old(draft, now):
        raise HoldExpired
    if acting := acting_of(draft):
        check_may(session, now, acting, BOOK)
    return draft


def _draft_of(session: Session, key: str, reference: str) -> Draft | None:
    """The draft under `key`, locked, if it has become this appointment."""
    draft = session.get(Draft, name_of(key), with_for_update=True) if key else None
    return draft if draft and draft.reference == reference else None


def _is_elsewhere(draft: Draft) -> bool:
    """Begun beside staff, and scanned since."""
    return bool(draft.begun_beside and draft.offer_hash and draft.offered_until is None)


def _same_name(typed: str) -> str:
    """The same for what differs only in spaces and capitals."""
    return " ".join(storable(typed[:LONGEST_ANSWER]).casefold().split())


def _forget_whom(draft: Draft) -> None:
    draft.name = draft.email = draft.phone = draft.interpreter_language = ""
    draft.needs = ()


def _held(session: Session, now: datetime, draft: Draft) -> Held | None:
    try:
        return look_at(session, now, draft.hold) if draft.hold else None
    except (HoldExpired, SecretChanged):
        return None


def _start_over(session: Session, now: datetime, draft: Draft, services: tuple[str, ...]) -> None:
    if draft.reference:
        draft.acted_by = draft.on_behalf_of = None  # what was done for somebody else is done
    else:
        _let_go(session, now, draft)
    draft.services, draft.location, draft.mode, draft.people = services, "", "", 1
    draft.start_at, draft.hold, draft.reference = None, "", ""
    # Who it is was established for what was begun there, and for nothing else.
    draft.begun_beside, draft.offer_hash, draft.offered_until = None, "", None
    draft.once = secrets.token_urlsafe(24)


def _let_go(session: Session, now: datetime, draft: Draft) -> None:
    if draft.hold:
        release(session, now, draft.hold)
    draft.start_at, draft.hold = None, ""


def touched(session: Session, now: datetime, draft: Draft) -> Draft:
    draft.touched_at = now
    session.add(draft)
    session.flush()
    return draft


def forget_old_drafts(session: Session, now: datetime) -> None:
    session.execute(delete(Draft).where(col(Draft.touched_at) < now - KEPT_FOR))


def _is_old(draft: Draft, now: datetime) -> bool:
    return draft.touched_at < now - KEPT_FOR
