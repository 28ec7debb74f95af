"""The waiting side of a video appointment."""

from __future__ import annotations

import reflex as rx

from locales.catalogue import _, path
from portal.site import page, town_facts
from portal.ui.actions import actions, link_button
from portal.ui.frame import section, stack, title
from portal.ui.links import raw_a, telephone
from portal.ui.notices import notice
from portal.ui.plate import fact, facts, plate
from portal.ui.times import looking
from portal.video.state import VideoState


def video_title() -> str:
    return _("Your video appointment")


def video() -> rx.Component:
    return page(
        title(video_title()),
        rx.cond(
            VideoState.is_ready,
            rx.cond(
                VideoState.meeting,
                _way_in(),
                rx.cond(
                    VideoState.problem,
                    notice(VideoState.problem, kind="warn"),
                    rx.cond(VideoState.is_over, _over(), rx.cond(VideoState.is_open, _not_yet(), _unknown())),
                ),
            ),
            looking(_("One moment, we are fetching this for you.")),
        ),
        route="/video/",
        needs_script=True,
    )


def _way_in() -> rx.Component:
    town = town_facts()
    return stack(
        plate(facts(fact(_("When"), VideoState.moment), fact(_("What for"), VideoState.what_for))),
        actions(raw_a(_("Join the video call"), href=VideoState.meeting, class_name="button", rel="noreferrer")),
        section(
            _("Before it begins"),
            rx.el.ul(
                rx.el.li(_("Let the browser use your camera and microphone when it asks. Without a camera is fine too.")),
                rx.el.li(_("Have your papers beside you, and a quiet place if you can.")),
                rx.el.li(
                    _("No picture or sound? Phone us, and we continue by phone:"), " ", telephone(town.telephone, town.call)
                ),
                class_name="prose",
            ),
            small=True,
        ),
        space="apart",
    )


def _over() -> rx.Component:
    return stack(
        notice(_("This appointment is over or was cancelled, so there is no video call to join."), kind="warn"),
        actions(link_button(_("Find my appointment"), path("/appointment/"), kind="second")),
    )


def _not_yet() -> rx.Component:
    town = town_facts()
    return notice(
        rx.el.p(
            _("Your video call is not ready yet. If it does not open at your time, please phone us."),
            " ",
            telephone(town.telephone, town.call),
        ),
        kind="warn",
    )


def _unknown() -> rx.Component:
    return stack(
        notice(
            _("This link does not open an appointment. Please check that you copied all of it, or use your two codes."),
            kind="warn",
        ),
        actions(link_button(_("Find my appointment"), path("/appointment/"), kind="second")),
    )
