"""What the town file says about the order in which people are called."""

import sqlalchemy as sa

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("town", sa.Column("line", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("town") as town:
        town.drop_column("line")
