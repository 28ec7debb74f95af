"""A service as a row of a list: its name, one sentence, how it can be had."""

from __future__ import annotations

import reflex as rx

from booking.catalogue import Service
from locales.catalogue import path
from portal.site import said
from portal.ui.rows import row, way

# What the town lists but this site has no page for yet isn't shown as a way: a word that leads nowhere is a dead end.
WAYS = ("in_person", "video", "phone", "kiosk")


def service_address(slug: str) -> str:
    return path(f"/services/{slug}/")


def ways_of(service: Service) -> list[str]:
    return [code for code in WAYS if code in service.channels or code in service.modes]


def service_row(service: Service) -> rx.Component:
    return row(
        said(service.name),
        service_address(service.slug),
        said(service.summary),
        rx.el.ul(*[way(code) for code in ways_of(service)], class_name="ways"),
    )
