"""Residents, what they have shown to be theirs, where they are signed in; and letters about something else than an appointment."""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "resident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("interpreter_language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_resident"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "resident_contact",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name="fk_resident_contact_resident_id"),
        sa.PrimaryKeyConstraint("contact", name="pk_resident_contact"),
    )
    op.create_index("ix_resident_contact_resident_id", "resident_contact", ["resident_id"])
    op.create_table(
        "provider_identity",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name="fk_provider_identity_resident_id"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_provider_identity"),
    )
    op.create_index("ix_provider_identity_resident_id", "provider_identity", ["resident_id"])
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("staff", sa.String(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("assurance", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(resident_id IS NULL) <> (staff IS NULL)", name="ck_session_of_one_person"),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name="fk_session_resident_id"),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_session_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("token_hash", name="uq_session_token_hash"),
    )
    op.create_index("ix_session_resident_id", "session", ["resident_id"])
    op.create_index("ix_session_staff", "session", ["staff"])
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("wants", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("key_hash", name="uq_sign_in_key_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_in_begun_at", "sign_in", ["begun_at"])
    op.create_table(
        "door_grant",
        sa.Column("grant_hash", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("staff", sa.String(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("wants", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name="fk_door_grant_resident_id"),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_door_grant_staff"),
        sa.PrimaryKeyConstraint("grant_hash", name="pk_door_grant"),
    )
    op.create_index("ix_door_grant_granted_at", "door_grant", ["granted_at"])
    # In plain SQL: SQLite could otherwise only make the table anew, to which others refer.
    op.execute(
        "ALTER TABLE appointment ADD COLUMN resident_id INTEGER CONSTRAINT fk_appointment_resident_id REFERENCES resident (id)"
    )
    op.create_index("ix_appointment_resident_id", "appointment", ["resident_id"])
    op.add_column("letter", sa.Column("about", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("letter") as letter:
        letter.alter_column("about", existing_type=sa.String(), server_default=None)
        letter.alter_column("appointment_id", existing_type=sa.Integer(), nullable=True)
        letter.create_check_constraint("ck_letter_about_one_thing", "(appointment_id IS NULL) = (about <> '')")


def downgrade() -> None:
    op.execute("DELETE FROM letter WHERE appointment_id IS NULL")
    with op.batch_alter_table("letter") as letter:
        letter.drop_constraint("ck_letter_about_one_thing", type_="check")
        letter.alter_column("appointment_id", existing_type=sa.Integer(), nullable=False)
        letter.drop_column("about")
    op.drop_index("ix_appointment_resident_id", "appointment")
    with op.batch_alter_table("appointment") as appointment:
        appointment.drop_column("resident_id")
    for table in ("door_grant", "sign_in", "session", "provider_identity", "resident_contact", "resident"):
        op.drop_table(table)
