"""The record of who did what and who saw what, which the database itself lets nobody change."""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"

# Both databases answer with the same name, "audit_append_only". On PostgreSQL TRUNCATE is a way of its own to delete; on SQLite
# INSERT OR REPLACE is, which calls no trigger for what it replaces. Dropping the table is left to migrations.
POSTGRESQL_GUARD = """
    CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit_append_only'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_append_only';
    END $$;
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_append_only();
    CREATE TRIGGER audit_append_only_on_truncate BEFORE TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()
"""
SQLITE_GUARD = """
    CREATE TRIGGER audit_append_only_on_{event} BEFORE {event} ON audit_entry {when}
    BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END
"""
IS_THERE = "WHEN EXISTS (SELECT 1 FROM audit_entry WHERE number = NEW.number)"


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_GUARD)
    else:
        for event, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", IS_THERE)):
            op.execute(SQLITE_GUARD.format(event=event, when=when))


def downgrade() -> None:
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_append_only()")
