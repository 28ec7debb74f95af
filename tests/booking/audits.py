"""What tests of the audit record share: entries that were recorded, and a database that lets them be changed."""

from sqlalchemy import text

from booking.audit import record
from booking.store import Store, transaction, write
from tests.booking.towns import NOW, minutes

ENTRY = {"actor_kind": "staff", "actor": "rui", "act": "read", "subject_kind": "resident", "purpose": "case-work"}


def record_some(store: Store, count: int, first: int = 1) -> None:
    """So many entries, each at another minute, about seven residents."""
    for number in range(first, first + count):
        subject = {"subject": f"resident {number % 7}", "facts": {"case": f"case {number}"}}
        write(store, record, NOW + minutes(number), **ENTRY | subject)


def unguard(store: Store) -> None:
    """From here on the database lets entries be changed, as one does whose owner wants to."""
    with transaction(store) as session:
        if not store.is_sqlite:
            session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
            return
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
        for name in session.execute(triggers).scalars().all():
            session.execute(text(f"DROP TRIGGER {name}"))
