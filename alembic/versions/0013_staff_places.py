"""Where, and for which departments, the roles of staff count."""

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # They keep their default: SQLite could otherwise only make the table anew, to which others refer.
    op.add_column("staff_member", sa.Column("locations", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("staff_member", sa.Column("topics", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("staff_member") as member:
        member.drop_column("topics")
        member.drop_column("locations")
