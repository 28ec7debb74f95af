"""What a resident may ask of what is kept of them: told how they wish, erased when they wish or when its time is over."""

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0021"

NAMED = sa.text("name <> ''")
HAS_KEY = sa.text("key_salt <> ''")


def upgrade() -> None:
    with op.batch_alter_table("resident") as resident:
        resident.add_column(sa.Column("reached_by", sa.String(), nullable=False, server_default=""))
        resident.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
        resident.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("appointment", sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("town", sa.Column("retention", sa.JSON(), nullable=False, server_default="{}"))
    op.create_index("ix_appointment_named", "appointment", ["end_at"], sqlite_where=NAMED, postgresql_where=NAMED)
    op.create_index("ix_ticket_kept", "ticket", ["day"], sqlite_where=HAS_KEY, postgresql_where=HAS_KEY)
    op.create_table(
        "retention_notice",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_retention_notice"),
    )


def downgrade() -> None:
    op.drop_table("retention_notice")
    op.drop_index("ix_ticket_kept", "ticket")
    op.drop_index("ix_appointment_named", "appointment")
    with op.batch_alter_table("town") as town:
        town.drop_column("retention")
    with op.batch_alter_table("appointment") as appointment:
        appointment.drop_column("erase_at")
    with op.batch_alter_table("resident") as resident:
        resident.drop_column("erased_at")
        resident.drop_column("seen_at")
        resident.drop_column("reached_by")
