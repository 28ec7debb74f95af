"""What is forgotten after a while is found by its time, without reading the whole table."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_hold_expires_at", "hold", ["expires_at"])
    op.create_index("ix_deed_done_at", "deed", ["done_at"])


def downgrade() -> None:
    op.drop_index("ix_deed_done_at", "deed")
    op.drop_index("ix_hold_expires_at", "hold")
