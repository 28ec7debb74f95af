"""Who waits for an earlier time, what came free, who was considered for it and in which turn, and what was offered."""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "earlier_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("until_time", sa.Time(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name="fk_earlier_wish_appointment_id_appointment"),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_earlier_wish_location_location"),
        sa.PrimaryKeyConstraint("id", name="pk_earlier_wish"),
    )
    op.create_index("ix_earlier_wish_appointment_id", "earlier_wish", ["appointment_id"])
    op.create_index("ix_earlier_wish_location", "earlier_wish", ["location"])
    waits = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_earlier_wish_open", "earlier_wish", ["appointment_id"], unique=True, sqlite_where=waits, postgresql_where=waits
    )
    op.create_table(
        "freed_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("freed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name="fk_freed_place_hold_id_hold", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name="fk_freed_place_location_location"),
        sa.PrimaryKeyConstraint("id", name="pk_freed_place"),
    )
    op.create_index("ix_freed_place_hold_id", "freed_place", ["hold_id"])
    op.create_index("ix_freed_place_done_at", "freed_place", ["done_at"])
    due = sa.text("done_at IS NULL")
    op.create_index("ix_freed_place_due", "freed_place", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "considered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("freed_place_id", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("found", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["freed_place_id"], ["freed_place.id"], name="fk_considered_freed_place_id_freed_place", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["wish_id"], ["earlier_wish.id"], name="fk_considered_wish_id_earlier_wish"),
        sa.PrimaryKeyConstraint("id", name="pk_considered"),
        sa.UniqueConstraint("freed_place_id", "wish_id", name="uq_considered_freed_place_id_wish_id"),
    )
    op.create_index("ix_considered_wish_id", "considered", ["wish_id"])
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("freed_place_id", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["freed_place_id"], ["freed_place.id"], name="fk_offer_freed_place_id_freed_place", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name="fk_offer_hold_id_hold", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["wish_id"], ["earlier_wish.id"], name="fk_offer_wish_id_earlier_wish"),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
    )
    for column in ("freed_place_id", "hold_id", "wish_id"):
        op.create_index(f"ix_offer_{column}", "offer", [column])
    unanswered = sa.text("answer = ''")
    op.create_index("ix_offer_open", "offer", ["wish_id"], unique=True, sqlite_where=unanswered, postgresql_where=unanswered)


def downgrade() -> None:
    for table in ("offer", "considered", "freed_place", "earlier_wish"):
        op.drop_table(table)
