"""What staff are called, in the language being spoken."""

from __future__ import annotations

from collections.abc import Sequence

from locales.catalogue import _


def role_words(role: str) -> str:
    # Translators: what somebody of the town's staff is there for
    return {
        "clerk": _("Counter"),
        "front_desk": _("Front desk"),
        "caseworker": _("Cases"),
        "manager": _("Management"),
        "advocate": _("Ombudsman"),
        "technician": _("Technology"),
    }[role]


def roles_words(roles: Sequence[str]) -> str:
    return _(", ").join(role_words(role) for role in roles)
