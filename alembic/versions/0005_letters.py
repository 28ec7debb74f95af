"""What must be told to whom (the outbox), which worker lives, and how long before a visit each service reminds."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome = '')", name="ck_letter_settled_with_outcome"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name="fk_letter_appointment_id_appointment"),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("key", name="uq_letter_key"),
    )
    op.create_index("ix_letter_appointment_id", "letter", ["appointment_id"])
    op.create_index("ix_letter_settled_at", "letter", ["settled_at"])
    waits = sa.text("outcome = ''")
    op.create_index("ix_letter_waiting", "letter", ["due_at"], sqlite_where=waits, postgresql_where=waits)
    op.create_table(
        "worker_seen",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_worker_seen"),
    )
    op.add_column("service", sa.Column("reminder_minutes", sa.JSON(), nullable=True))
    op.execute("UPDATE service SET reminder_minutes = '[2880, 180]'")
    with op.batch_alter_table("service") as service:
        service.alter_column("reminder_minutes", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("service") as service:
        service.drop_column("reminder_minutes")
    op.drop_table("worker_seen")
    op.drop_table("letter")
