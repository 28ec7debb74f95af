"""`python -m portal retention`: what the town's rules would erase at this moment. A dry run: it changes nothing."""

from __future__ import annotations

from argparse import Namespace

from booking.retention import Rule
from booking.store import read, the_store
from booking.tidying import rules_now
from portal.commands import loaded_digest
from portal.page_state import now

WHAT = {
    "appointments": "name, contact and needs of appointments that are over",
    "tickets": "needs and priority of tickets",
    "letters": "that letters went out",
    "accounts": "accounts in which nobody has signed in",
}


def show_rules(_: Namespace) -> None:
    loaded_digest()
    for rule in read(the_store(), rules_now, now()):
        print(_line(rule))


def _line(rule: Rule) -> str:
    applied = f"applied from {rule.applied_from:%Y-%m-%d %H:%M} UTC" if rule.applied_from else "not announced yet by a worker"
    return f"{rule.kind}: {WHAT[rule.kind]}, after {rule.days} days; {rule.due} now; {applied}"
