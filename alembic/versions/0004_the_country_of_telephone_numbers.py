"""A town says in which country telephone numbers need no code. Until it is loaded again: the country of its public holidays."""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("town", sa.Column("phone_country", sa.String(), nullable=True))
    op.execute("UPDATE town SET phone_country = holiday_country")
    with op.batch_alter_table("town") as town:
        town.alter_column("phone_country", existing_type=sa.String(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("town") as town:
        town.drop_column("phone_country")
