"""Somebody of the staff fills in for the person beside them."""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "assisted",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("established", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name="fk_assisted_resident_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_assisted_session_id"),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_assisted_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_assisted"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_assisted_session_id", "assisted", ["session_id"])


def downgrade() -> None:
    op.drop_table("assisted")
