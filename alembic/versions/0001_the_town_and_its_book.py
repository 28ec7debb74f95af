"""The town and its book.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The second guard against double booking: whatever the program does, two seats of one counter never overlap. Both databases
# answer with the same name, "seat_overlap". A seat is at most two days long (a check says so), which keeps the triggers' search
# short.
POSTGRESQL_GUARD = """
    ALTER TABLE seat ADD CONSTRAINT seat_overlap EXCLUDE USING gist (
        int8range(counter_id, counter_id, '[]') WITH &&,
        int8range(start_minute, end_minute) WITH &&
    )
"""
SQLITE_GUARD = """
    CREATE TRIGGER {name} BEFORE {event} ON seat
    WHEN EXISTS (
        SELECT 1 FROM seat
        WHERE counter_id = NEW.counter_id
          AND start_minute < NEW.end_minute AND start_minute > NEW.start_minute - 2880
          AND end_minute > NEW.start_minute {but_itself}
    )
    BEGIN SELECT RAISE(ABORT, 'seat_overlap'); END
"""


def upgrade() -> None:
    op.create_table(
        "deed",
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name="pk_deed"),
    )
    op.create_table(
        "location",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("way_in", sa.JSON(), nullable=False),
        sa.Column("getting_there", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("slug", name="pk_location"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_table(
        "own_holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month_day", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_holiday"),
    )
    op.create_table(
        "staff_member",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("counters", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("slug", name="pk_staff_member"),
    )
    op.create_table(
        "topic",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("slug", name="pk_topic"),
    )
    op.create_table(
        "town",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("office", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("default_language", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_hours", sa.JSON(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("reference_prefix", sa.String(), nullable=False),
        sa.Column("video_address", sa.String(), nullable=False),
        sa.Column("holiday_country", sa.String(), nullable=False),
        sa.Column("holiday_subdivision", sa.String(), nullable=True),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_town_only_one"),
        sa.PrimaryKeyConstraint("id", name="pk_town"),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_absence_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("key_salt", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("interpreter_language", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("calendar_uid", sa.String(), nullable=False),
        sa.Column("video_room", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_appointment_location"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
        sa.UniqueConstraint("calendar_uid", name="uq_appointment_calendar_uid"),
        sa.UniqueConstraint("reference", name="uq_appointment_reference"),
        sa.UniqueConstraint("video_room", name="uq_appointment_video_room"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_appointment_location", "appointment", ["location"])
    op.create_index("ix_appointment_start_at", "appointment", ["start_at"])

    op.create_table(
        "book",
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_book_location"),
        sa.PrimaryKeyConstraint("location", name="pk_book"),
    )
    op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_counter_location"),
        sa.PrimaryKeyConstraint("id", name="pk_counter"),
        sa.UniqueConstraint("slug", name="uq_counter_slug"),
    )
    op.create_index("ix_counter_location", "counter", ["location"])

    op.create_table(
        "service",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), nullable=False),
        sa.Column("desk_places", sa.Integer(), nullable=False),
        sa.Column("max_people", sa.Integer(), nullable=False),
        sa.Column("extra_person_minutes", sa.Integer(), nullable=False),
        sa.Column("cancel_until_minutes", sa.Integer(), nullable=False),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("locations", sa.JSON(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("fee", sa.JSON(), nullable=False),
        sa.Column("legal_basis", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("bring", sa.JSON(), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["topic"], ["topic.slug"], name="fk_service_topic"),
        sa.PrimaryKeyConstraint("slug", name="pk_service"),
    )
    op.create_index("ix_service_topic", "service", ["topic"])

    op.create_table(
        "appointment_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("from_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name="fk_appointment_change_appointment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment_change"),
    )
    op.create_index("ix_appointment_change_appointment_id", "appointment_change", ["appointment_id"])

    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("counter", sa.String(), nullable=True),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["counter"], ["counter.slug"], name="fk_closure_counter"),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_closure_location"),
        sa.PrimaryKeyConstraint("id", name="pk_closure"),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_salt", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name="fk_hold_appointment_id"),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_hold_location"),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
        sa.UniqueConstraint("token_hash", name="uq_hold_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("counter", sa.String(), nullable=True),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("despite_holiday", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["counter"], ["counter.slug"], name="fk_opening_counter"),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_opening_location"),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(hold_id IS NULL) <> (appointment_id IS NULL)", name="ck_seat_one_owner"),
        sa.CheckConstraint("(hold_id IS NULL) = (lapses_at IS NULL)", name="ck_seat_holds_lapse"),
        sa.CheckConstraint("end_minute - start_minute <= 2880", name="ck_seat_two_days_at_most"),
        sa.CheckConstraint("start_minute < end_minute", name="ck_seat_in_order"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name="fk_seat_appointment_id"),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name="fk_seat_counter_id"),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name="fk_seat_hold_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_seat_location"),
        sa.PrimaryKeyConstraint("id", name="pk_seat"),
    )
    op.create_index("ix_seat_appointment_id", "seat", ["appointment_id"])
    op.create_index("ix_seat_counter_id_start_minute", "seat", ["counter_id", "start_minute"])
    op.create_index("ix_seat_hold_id", "seat", ["hold_id"])
    op.create_index("ix_seat_location_end_minute", "seat", ["location", "end_minute"])
    op.create_index(
        "ix_seat_location_lapses_at",
        "seat",
        ["location", "lapses_at"],
        sqlite_where=sa.text("lapses_at IS NOT NULL"),
        postgresql_where=sa.text("lapses_at IS NOT NULL"),
    )
    guard_seats()


def guard_seats() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_GUARD)
    else:
        op.execute(SQLITE_GUARD.format(name="seat_overlap_on_insert", event="INSERT", but_itself=""))
        op.execute(SQLITE_GUARD.format(name="seat_overlap_on_update", event="UPDATE", but_itself="AND id <> NEW.id"))


def downgrade() -> None:
    for table in reversed(
        (
            "deed",
            "location",
            "notice",
            "own_holiday",
            "staff_member",
            "topic",
            "town",
            "absence",
            "appointment",
            "book",
            "counter",
            "service",
            "appointment_change",
            "closure",
            "hold",
            "opening",
            "seat",
        )
    ):
        op.drop_table(table)
