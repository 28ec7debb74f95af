"""Who may do what: one table of everything that a page can ask for.

The gate (portal/gate.py) looks here before it lets an event through, and the server doesn't start while a handler is missing. That is
the first guard; the second is in the handler, which looks the session up for itself, and whether this very thing is theirs. What
somebody may do by showing codes (a booking's draft, an appointment's reference and key) needs no role: those prove themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlmodel import Session

from booking.catalogue import read_catalogue
from booking.store import in_reading
from kiosk.device import device_with
from portal.identity.cookies import DEVICE, token_in
from portal.identity.sessions import who_is
from portal.page_state import now

Roles = frozenset[str]
ANYBODY, RESIDENT = frozenset({"anybody"}), frozenset({"resident"})
# A screen in the hall that somebody of the staff has paired.
KIOSK = frozenset({"kiosk"})
STAFF = frozenset({"clerk", "front_desk", "caseworker", "manager", "advocate", "technician"})
# Whose work it is to sit beside somebody, and to call people to a counter (at_counters.py says to which).
ASSISTANTS = frozenset({"clerk", "front_desk", "caseworker"})

# Whose work it may be to open somebody's record, for a purpose that is recorded.
READERS = frozenset({"clerk", "front_desk", "caseworker", "manager", "advocate"})

# Who pairs the lobby's devices, and says where they print.
DEVICE_KEEPERS = frozenset({"front_desk", "manager", "technician"})

# By State, each handler's name.
HANDLERS: Mapping[Roles, Mapping[str, str]] = {
    ANYBODY: {
        # Reflex's own: a page opens, says what its browser has stored, reports its own trouble.
        "State": "hydrate hydrate_and_load set_is_hydrated",
        "OnLoadInternalState": "on_load_internal set_is_hydrated",
        "UpdateVarsInternalState": "update_vars_internal",
        "FrontendEventExceptionState": "handle_frontend_exception",
        "TroubleState": "dismiss show",
        # Reading what the town offers.
        "HallState": "look",
        "NextTimeState": "look",
        "SearchState": "search",
        # Booking: the draft's key proves whose it is.
        "BookingState": "for_myself look_at_time more_time",
        "WayState": "add_service choose open",
        "TimeState": "choose open show_more",
        "DetailsState": "chose_language open submit ticked typed_email typed_interpreter_language typed_name typed_phone",
        "CheckState": "confirm confirm_by_code give_up open",
        "HereState": "open take",
        "CodeState": "confirm give_up look_at_time open other_contact send_again typing",
        "DoneState": "open",
        # An appointment: its reference and key prove whose it is.
        "FindState": "close find open",
        "MoveState": "choose open show_more",
        "CancelState": "cancel open",
        "EarlierState": "ask decline open stop take",
        "VideoState": "open",
        # A ticket: its code proves whose it is.
        "TicketState": "come_back find forget leave look more_time open",
        # The screen in the hall: numbers, never names.
        "DisplayState": "look open",
        # Until it is paired, a kiosk only says so.
        "KioskState": "open try_out",
        # On the way in.
        "SignInState": "enter open open_code send send_again typing",
        "DeskSignInState": "be enter open open_second passkey_answered show",
        "SetUpState": "choose open passkey_made save",
    },
    KIOSK: {
        "KioskState": "at_time back by_reference by_time draw find it_is_me other_reasons print_out reason say scan speak start_again stay "
        "to_arrival wipe",
    },
    RESIDENT: {
        "MeState": "end_others end_session join not_mine open see",
        "AboutYouState": "open save",
        "ContactsState": "another open remove send show",
        "DataState": "open",
        "EraseState": "erase open",
        # Acting for somebody: the mandate proves it, in each verb.
        "MandatesState": "grant open revoke",
        "ForOthersState": "accept decline open",
        "ActingState": "book give_up open see",
    },
    STAFF: {
        "DeskState": "open",
        "MyAccessState": "end_others end_session new_codes open passkey_added remove_passkey",
    },
    ASSISTANTS: {
        "AssistState": "begin open teach type_code",
        "OfferState": "look offer stop",
        "CounterState": "back_in_line begin call_again call_next check_in choose_outcome decline finish finish_and_call give_number "
        "look not_here open pass_on put_away set_aside sit stand_up stop_telling take take_a_break tell want_help",
    },
    DEVICE_KEEPERS: {
        "DevicesState": "open pair print_on withdraw",
    },
    READERS: {
        "PeopleState": "find mark open put_together see take_apart unmark",
    },
}
# Where whoever has to show who they are does so.
SIGN_IN_PAGES: Mapping[Roles, str] = {RESIDENT: "/sign-in/", STAFF: "/desk/sign-in/", KIOSK: "/kiosk/"}


def role_table() -> dict[str, Roles]:
    """ "MeState.see" -> who may call it."""
    return {name: roles for roles, states in HANDLERS.items() for name in _names(states)}


def sign_in_page(roles: Roles) -> str:
    return next((page for known, page in SIGN_IN_PAGES.items() if known & roles), "/sign-in/")


async def may(roles: Roles, cookie_header: str) -> bool:
    """Has whoever sends this cookie one of these roles, at this moment?"""
    if roles == KIOSK:
        return await in_reading(device_with, token_in(cookie_header, DEVICE)) is not None
    return roles == ANYBODY or bool(roles & await in_reading(_roles_of, token_in(cookie_header)))


def _roles_of(session: Session, token: str) -> Roles:
    who = who_is(session, now(), token)
    if who is None:
        return frozenset()
    if who.resident_id is not None:
        return RESIDENT
    # Read from the town each time: a role that was taken away is gone at once.
    member = read_catalogue(session).staff.get(who.staff or "")
    return frozenset(member.roles) if member else frozenset()


def _names(states: Mapping[str, str]) -> Iterator[str]:
    for state, handlers in states.items():
        for handler in handlers.split():
            yield f"{state}.{handler}"
