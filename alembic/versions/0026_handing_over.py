"""A booking begun beside staff goes on, on another device; an appointment knows who made it."""

import sqlalchemy as sa

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("appointment", sa.Column("booked_by", sa.String(), nullable=False, server_default="resident"))
    # A session sits beside one person at a time; whatever two tabs began at once ends.
    op.execute("UPDATE assisted SET ended_at = seen_at, name = '' WHERE ended_at IS NULL")
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_assisted_running", "assisted", ["session_id"], unique=True, sqlite_where=running, postgresql_where=running
    )
    with op.batch_alter_table("draft") as draft:
        draft.add_column(sa.Column("begun_beside", sa.Integer(), nullable=True))
        draft.add_column(sa.Column("offer_hash", sa.String(), nullable=False, server_default=""))
        draft.add_column(sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True))
        draft.create_foreign_key("fk_draft_begun_beside", "assisted", ["begun_beside"], ["id"])
        draft.create_index("ix_draft_offer_hash", ["offer_hash"])


def downgrade() -> None:
    with op.batch_alter_table("draft") as draft:
        draft.drop_index("ix_draft_offer_hash")
        draft.drop_constraint("fk_draft_begun_beside", type_="foreignkey")
        for column in ("offered_until", "offer_hash", "begun_beside"):
            draft.drop_column(column)
    op.drop_index("uq_assisted_running", "assisted")
    with op.batch_alter_table("appointment") as appointment:
        appointment.drop_column("booked_by")
