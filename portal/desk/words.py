"""What staff are called, in the language being spoken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    return listed(map(role_words, roles))


def listed(words: Iterable[str]) -> str:
    return _(", ").join(words)


def passkey_trouble(outcome: object) -> str:
    """What became of a passkey that was asked for, as `assets/passkey.js` says it."""
    match outcome:
        case "given-up":
            return _("No passkey was used. You can try again, or use another way.")
        case "unknown":
            return _("This browser knows no passkeys. Please use another way.")
        case "there-already":
            return _("This device has a passkey of yours already.")
        case "later" | "limited":
            return _("There were several wrong tries. Please wait a few minutes and try again.")
        case _:
            return _("This passkey was not accepted. Please try again, or use another way.")
