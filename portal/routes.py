"""The sitemap as data: every page, its address after the language, its title, and what it does when it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import reflex as rx

from booking.catalogue import Service
from kiosk import page as kiosk_page
from kiosk.state import KioskState
from locales.catalogue import N_, _
from portal.appointments import (
    check_page,
    code_page,
    details_page,
    done_page,
    earlier_page,
    handing_over_page,
    manage_pages,
    steps,
    time_page,
    way_page,
)
from portal.appointments.check_state import CheckState
from portal.appointments.code_state import CodeState
from portal.appointments.details_state import DetailsState
from portal.appointments.done_state import DoneState
from portal.appointments.earlier_state import EARLIER, EarlierState
from portal.appointments.handing_over_state import HereState
from portal.appointments.manage_state import CANCEL, MOVE, CancelState, FindState, MoveState
from portal.appointments.opened_state import FIND
from portal.appointments.time_state import TimeState
from portal.appointments.way_state import WayState
from portal.catalogue import home, service, services
from portal.catalogue.hall import HallState, NextTimeState
from portal.catalogue.searching import SearchState
from portal.desk import access_page, assist_page, counter_page, desk_page, devices_page, people_page, second_page, set_up_page
from portal.desk import sign_in_page as desk_sign_in_page
from portal.desk.access_state import MyAccessState
from portal.desk.assist_state import AssistState
from portal.desk.counter_state import CounterState
from portal.desk.desk_state import DeskState
from portal.desk.devices_state import DevicesState
from portal.desk.people_state import PeopleState
from portal.desk.set_up_state import SetUpState
from portal.desk.sign_in_state import DeskSignInState
from portal.identity import sign_in_page
from portal.identity.sign_in_state import SignInState
from portal.lobby import display_page, ticket_page
from portal.lobby.display_state import DisplayState
from portal.lobby.ticket_state import TicketState
from portal.lost import ROUTE, lost, lost_title
from portal.me import about_you_page, acting_page, contacts_page, data_page, mandates_page, me_page
from portal.me.about_you_state import AboutYouState
from portal.me.acting_state import ActingState
from portal.me.contacts_state import ContactsState
from portal.me.data_state import DataState, EraseState
from portal.me.for_others_state import ForOthersState
from portal.me.mandates_state import MandatesState
from portal.me.me_state import MeState
from portal.site import drawn_catalogue, said
from portal.statements import pages as statements
from portal.video import pages as video
from portal.video.state import VideoState

EVERYBODY, RESIDENT, STAFF, ASSISTANTS, READERS, KEEPERS = (
    *("everybody", "resident", "staff", "assistants", "readers", "keepers"),
)


@dataclass(frozen=True)
class Page:
    """`title` and `description` speak the language being spoken when called. `who` may enter."""

    route: str
    draw: Callable[[], rx.Component]
    title: Callable[[], str]
    on_load: Any = None
    description: Callable[[], str] | None = None
    who: str = EVERYBODY


# Translators: what a search engine shows under the town's name
_ABOUT = N_("Find a town service, book an appointment in person, by phone or by video, and change it if you need to.")

PAGES = (
    Page("", home.home, home.home_title, HallState.look, lambda: _(_ABOUT)),
    Page("/services", services.services, services.services_title, SearchState.search),
    Page(steps.WAY, way_page.way, way_page.way_title, WayState.open),
    Page(steps.TIME, time_page.time, time_page.time_title, TimeState.open),
    Page(steps.DETAILS, details_page.details, details_page.details_title, DetailsState.open),
    Page(steps.CHECK, check_page.check, check_page.check_title, CheckState.open),
    Page(steps.CODE, code_page.code, code_page.code_title, CodeState.open),
    Page(steps.HERE, handing_over_page.here, handing_over_page.here_title, HereState.open),
    Page(steps.DONE, done_page.done, done_page.done_title, DoneState.open),
    Page(FIND, manage_pages.find, manage_pages.find_title, FindState.open),
    Page(MOVE, manage_pages.move, manage_pages.move_title, MoveState.open),
    Page(CANCEL, manage_pages.cancel, manage_pages.cancel_title, CancelState.open),
    Page(EARLIER, earlier_page.earlier, earlier_page.earlier_title, EarlierState.open),
    Page("/sign-in", sign_in_page.sign_in, sign_in_page.sign_in_title, SignInState.open),
    Page("/sign-in/code", sign_in_page.code, sign_in_page.code_title, SignInState.open_code),
    Page("/me", me_page.me, me_page.me_title, [MeState.open, ForOthersState.open], who=RESIDENT),
    Page("/me/mandates", mandates_page.mandates, mandates_page.mandates_title, MandatesState.open, who=RESIDENT),
    Page("/me/acting", acting_page.acting, acting_page.acting_title, ActingState.open, who=RESIDENT),
    Page("/me/about-you", about_you_page.about_you, about_you_page.about_you_title, AboutYouState.open, who=RESIDENT),
    Page("/me/contacts", contacts_page.contacts, contacts_page.contacts_title, ContactsState.open, who=RESIDENT),
    Page("/me/data", data_page.data, data_page.record_title, DataState.open, who=RESIDENT),
    Page("/me/erase", data_page.erasing, data_page.erase_title, EraseState.open, who=RESIDENT),
    Page("/desk/sign-in", desk_sign_in_page.desk_sign_in, desk_sign_in_page.desk_sign_in_title, DeskSignInState.open),
    Page("/desk/sign-in/second", second_page.second, second_page.second_title, DeskSignInState.open_second),
    Page("/desk/set-up", set_up_page.set_up, set_up_page.set_up_title, SetUpState.open),
    Page("/desk", desk_page.desk, desk_page.desk_title, DeskState.open, who=STAFF),
    Page("/desk/me", access_page.access, access_page.access_title, MyAccessState.open, who=STAFF),
    Page("/desk/assist", assist_page.assist, assist_page.assist_title, AssistState.open, who=ASSISTANTS),
    Page("/desk/counter", counter_page.counter, counter_page.counter_title, CounterState.open, who=ASSISTANTS),
    Page("/desk/devices", devices_page.devices, devices_page.devices_title, DevicesState.open, who=KEEPERS),
    Page("/desk/people", people_page.people, people_page.people_title, PeopleState.open, who=READERS),
    Page("/ticket", ticket_page.ticket, ticket_page.ticket_title, TicketState.open),
    Page("/display", display_page.display, display_page.display_title, DisplayState.open),
    Page("/kiosk", kiosk_page.kiosk, kiosk_page.kiosk_title, KioskState.open),
    Page("/video", video.video, video.video_title, VideoState.open),
    Page(ROUTE, lost, lost_title),
    Page("/accessibility", statements.accessibility, statements.accessibility_title),
    Page("/privacy", statements.privacy, statements.privacy_title),
)


def pages() -> Iterator[Page]:
    """All pages of this town: those every town has, and one for each service."""
    yield from PAGES
    for offered in drawn_catalogue().services.values():
        yield _service_page(offered)


def _service_page(offered: Service) -> Page:
    return Page(
        f"/services/{offered.slug}",
        service.service_page(offered.slug),
        lambda: said(offered.name),
        NextTimeState.look,
        lambda: said(offered.summary),
    )
