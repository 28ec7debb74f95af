"""When a number was called first: what the wait is counted to, however often it is called again."""

import sqlalchemy as sa

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("first_called_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE ticket SET first_called_at = called_at")


def downgrade() -> None:
    with op.batch_alter_table("ticket") as ticket:
        ticket.drop_column("first_called_at")
