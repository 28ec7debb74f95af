"""How surely somebody must have shown who they are before they book a service."""

import sqlalchemy as sa

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("service", sa.Column("assurance", sa.String(), nullable=False, server_default="none"))


def downgrade() -> None:
    with op.batch_alter_table("service") as service:
        service.drop_column("assurance")
