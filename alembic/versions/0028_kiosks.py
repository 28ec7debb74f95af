"""Kiosks: paired by a code that is typed once, with a printer of their own; a ticket goes to a printer at most once. Everybody who waits
in a house can be told something.
"""

import sqlalchemy as sa

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "pairing_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["location"], ["location.slug"], name=op.f("fk_pairing_code_location")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_pairing_code_code_hash")),
    )
    op.create_index(op.f("ix_pairing_code_made_at"), "pairing_code", ["made_at"])
    op.add_column("device", sa.Column("made_by", sa.String(), nullable=False, server_default=""))
    op.add_column("device", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("device", sa.Column("printer", sa.String(), nullable=False, server_default=""))
    op.add_column("device", sa.Column("trouble", sa.String(), nullable=False, server_default=""))
    op.add_column("lobby", sa.Column("notice", sa.String(), nullable=False, server_default=""))
    op.add_column("lobby", sa.Column("notice_minutes", sa.Integer(), nullable=True))
    op.add_column("lobby", sa.Column("notice_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lobby", sa.Column("notice_by", sa.String(), nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("lobby") as lobby:
        for column in ("notice_by", "notice_at", "notice_minutes", "notice"):
            lobby.drop_column(column)
    with op.batch_alter_table("ticket") as ticket:
        ticket.drop_column("printed_at")
    with op.batch_alter_table("device") as device:
        for column in ("trouble", "printer", "seen_at", "made_by"):
            device.drop_column(column)
    op.drop_table("pairing_code")
