"""What a staff member signs in with, as drawn."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.desk.access_state import ACCESS, Key, MyAccessState
from portal.desk.passkey_form import passkey_form
from portal.desk.recovery_codes import recovery_codes
from portal.desk.sign_in_state import DESK
from portal.identity.place_rows import place_rows
from portal.site import page
from portal.ui.actions import actions, button
from portal.ui.errors import missing_answer
from portal.ui.fields import error_line
from portal.ui.frame import section, title
from portal.ui.moments import one_moment
from portal.ui.notices import notice
from portal.ui.words import code


def access_title() -> str:
    return _("My access")


def access() -> rx.Component:
    mine = MyAccessState.mine
    return page(
        missing_answer("passkey", MyAccessState.error),
        title(access_title(), back_to=path(DESK), back_words=_("Staff area")),
        one_moment(
            MyAccessState.is_ready,
            rx.cond(mine.has_access, rx.fragment(_passkeys(), _codes()), _demo()),
            section(_("Where you are signed in"), place_rows(mine.places, MyAccessState.end_session, MyAccessState.end_others)),
        ),
        route=ACCESS,
        needs_script=True,
    )


def _passkeys() -> rx.Component:
    mine = MyAccessState.mine
    return section(
        _("Passkeys"),
        rx.cond(MyAccessState.news == "added", notice(_("This passkey is added."), kind="ok", live=True)),
        rx.cond(mine.has_authenticator, rx.el.p(_("You also have an authenticator that shows six digits."))),
        rx.cond(
            mine.passkeys.length() > 0,
            rx.el.ul(rx.foreach(mine.passkeys, _key), class_name="rows"),
            rx.el.p(_("You have none yet. With one you need no digits.")),
        ),
        error_line("passkey", MyAccessState.error),
        passkey_form("add", _("Add a passkey"), MyAccessState.passkey_added, kind="second", id="passkey"),
    )


def _key(key: rx.vars.ObjectVar[Key]) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.b(key.device), rx.el.p(_("Since {moment}", moment=key.since))),
        # Translators: button beside a passkey
        button(_("Remove"), kind="quiet", on_click=MyAccessState.remove_passkey(key.number)),
        key=key.number.to_string(),
    )


def _codes() -> rx.Component:
    return section(
        _("Recovery codes"),
        rx.el.p(_("Left of ten:"), " ", code(MyAccessState.mine.codes_left.to_string())),
        rx.cond(
            MyAccessState.new_ones.length() > 0,
            rx.fragment(
                notice(_("These are new. The ones before are good no longer."), kind="ok", live=True),
                recovery_codes(MyAccessState.new_ones),
            ),
            actions(button(_("Make ten new ones"), kind="second", on_click=MyAccessState.new_codes)),
        ),
    )


def _demo() -> rx.Component:
    return notice(_("You came in by a click, because this is a demonstration: there is nothing that you sign in with."))
