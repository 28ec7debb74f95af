"""Staff as their identity provider knows them."""

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "staff_identity",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_staff_identity_staff"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_staff_identity"),
        sa.UniqueConstraint("issuer", "staff", name="uq_staff_identity_issuer_staff"),
    )


def downgrade() -> None:
    op.drop_table("staff_identity")
