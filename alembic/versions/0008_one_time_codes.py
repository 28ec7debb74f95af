"""Codes that were sent, until when an unconfirmed appointment is kept, whom caps take somebody for, and which contact a draft has
shown to be its own.
"""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("contact_hash", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_code"),
    )
    op.create_index("ix_one_time_code_contact_hash", "one_time_code", ["contact_hash", "sent_at"])
    op.create_index("ix_one_time_code_subject", "one_time_code", ["subject"])
    op.create_index("ix_one_time_code_sent_at", "one_time_code", ["sent_at"])
    op.add_column("appointment", sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("appointment", sa.Column("contact", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE appointment SET contact = COALESCE(LOWER(email), phone, '')")
    with op.batch_alter_table("appointment") as appointment:
        appointment.alter_column("contact", existing_type=sa.String(), server_default=None)
    op.drop_index("ix_appointment_phone", "appointment")
    op.drop_index("ix_appointment_email", "appointment")
    op.create_index("ix_appointment_contact", "appointment", ["contact"])
    op.create_index("ix_hold_appointment_id", "hold", ["appointment_id"])
    op.add_column("draft", sa.Column("shown_contact", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("draft") as draft:
        draft.alter_column("shown_contact", existing_type=sa.String(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("draft") as draft:
        draft.drop_column("shown_contact")
    op.drop_index("ix_hold_appointment_id", "hold")
    op.drop_index("ix_appointment_contact", "appointment")
    op.create_index("ix_appointment_email", "appointment", ["email"])
    op.create_index("ix_appointment_phone", "appointment", ["phone"])
    with op.batch_alter_table("appointment") as appointment:
        appointment.drop_column("contact")
        appointment.drop_column("confirm_by")
    op.drop_table("one_time_code")
