"""The start page of staff, as drawn."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.desk.access_state import ACCESS
from portal.desk.assist_state import ASSIST
from portal.desk.counter_page import counter_title
from portal.desk.counter_state import COUNTER
from portal.desk.desk_state import DeskState
from portal.desk.devices_page import devices_title
from portal.desk.devices_state import DEVICES
from portal.desk.people_page import people_title
from portal.desk.people_state import PEOPLE
from portal.desk.sign_in_state import DESK, DESK_SIGN_IN
from portal.identity.door_form import way_out
from portal.site import page
from portal.ui.actions import actions, link_button, submit
from portal.ui.frame import section, title
from portal.ui.moments import one_moment
from portal.ui.notices import notice
from portal.ui.rows import row as row_link
from portal.ui.rows import rows
from portal.ui.summary import row, summary
from portal.ui.words import local_name


def desk_title() -> str:
    return _("Staff area")


def desk() -> rx.Component:
    mine = DeskState.mine
    return page(
        title(desk_title()),
        one_moment(
            DeskState.is_ready,
            section(
                _("You"),
                summary(
                    row(_("Name"), local_name(mine.name)),
                    row(_("What you are here for"), mine.roles),
                    row(_("Where"), mine.locations),
                    row(_("Departments"), mine.topics),
                    row(_("Counters"), rx.cond(mine.counters, mine.counters, _("none of your own"))),
                ),
            ),
            section(
                _("What you can do here"),
                actions(link_button(_("Sit beside a resident"), path(ASSIST), sign="users")),
                rows(
                    row_link(
                        counter_title(),
                        path(COUNTER),
                        _("Call people, serve them, pass them on; give numbers to those who come in"),
                        sign="ticket",
                    ),
                    row_link(
                        people_title(),
                        path(PEOPLE),
                        _("Look somebody up, for a purpose that they can read"),
                        sign="search",
                    ),
                    row_link(
                        devices_title(),
                        path(DEVICES),
                        _("Set up a ticket machine, say where it prints, or end it"),
                        sign="tablet",
                    ),
                    row_link(
                        _("My access"),
                        path(ACCESS),
                        _("Passkeys, recovery codes, and where you are signed in"),
                        sign="user-round",
                    ),
                ),
            ),
            rx.cond(
                mine.is_low_on_codes,
                notice(_("You have few recovery codes left. Please make new ones under “My access”."), kind="warn"),
            ),
            way_out(DESK_SIGN_IN, submit(_("Sign out"), kind="second", sign="log-out")),
        ),
        route=DESK,
        needs_script=True,
    )
