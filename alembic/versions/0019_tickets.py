"""The lobby: tickets, their numbers, what happened to them, and who sits at which counter."""

import sqlalchemy as sa

from alembic import op

revision = "0019"
down_revision = "0015"

IN_HAND = sa.text("state IN ('called', 'serving')")


def upgrade() -> None:
    op.create_table(
        "lobby",
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_lobby_location"),
        sa.PrimaryKeyConstraint("location", name="pk_lobby"),
    )
    op.create_table(
        "ticket_series",
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_ticket_series_location"),
        sa.PrimaryKeyConstraint("location", "day", "series", name="pk_ticket_series"),
    )
    op.create_table(
        "open_counter",
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_help_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("favoured", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["counter"], ["counter.slug"], name="fk_open_counter_counter"),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_open_counter_staff"),
        sa.PrimaryKeyConstraint("counter", name="pk_open_counter"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_salt", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("has_priority", sa.Boolean(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lets_pass", sa.Integer(), nullable=False),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("postponed", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(), nullable=True),
        sa.Column("offered_to", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("delivered", sa.JSON(), nullable=False),
        sa.Column("told_ahead", sa.Integer(), nullable=False),
        sa.Column("told_low", sa.Integer(), nullable=True),
        sa.Column("told_high", sa.Integer(), nullable=True),
        sa.Column("told_basis", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name="fk_ticket_appointment_id"),
        sa.ForeignKeyConstraint(["counter"], ["counter.slug"], name="fk_ticket_counter"),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_ticket_location"),
        sa.ForeignKeyConstraint(["offered_to"], ["counter.slug"], name="fk_ticket_offered_to"),
        sa.ForeignKeyConstraint(["owner"], ["staff_member.slug"], name="fk_ticket_owner"),
        sa.ForeignKeyConstraint(["service"], ["service.slug"], name="fk_ticket_service"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("appointment_id", name="uq_ticket_appointment_id"),
        sa.UniqueConstraint("key_hash", name="uq_ticket_key_hash"),
        sa.UniqueConstraint("location", "day", "series", "number", name="uq_ticket_location_day_series_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_drawn_at", "ticket", ["drawn_at"])
    op.create_index("ix_ticket_location_state", "ticket", ["location", "state"])
    op.create_index("uq_ticket_in_hand", "ticket", ["counter"], unique=True, sqlite_where=IN_HAND, postgresql_where=IN_HAND)

    op.create_table(
        "ticket_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("counter", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_change_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_change"),
    )
    op.create_index("ix_ticket_change_ticket_id", "ticket_change", ["ticket_id"])


def downgrade() -> None:
    for table in ("ticket_change", "ticket", "open_counter", "ticket_series", "lobby"):
        op.drop_table(table)
