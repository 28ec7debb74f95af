"""How staff show who they are."""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "staff_access",
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_sealed", sa.String(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_staff_access_staff"),
        sa.PrimaryKeyConstraint("staff", name="pk_staff_access"),
    )
    op.create_table(
        "staff_recovery_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_staff_recovery_code_staff"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_staff_recovery_code"),
    )
    op.create_index("ix_staff_recovery_code_staff", "staff_recovery_code", ["staff"])
    op.create_table(
        "staff_invitation",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_staff_invitation_staff"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_invitation"),
    )
    op.create_index("ix_staff_invitation_staff", "staff_invitation", ["staff"])
    op.create_table(
        "staff_tries",
        sa.Column("who_hash", sa.String(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("who_hash", name="pk_staff_tries"),
    )


def downgrade() -> None:
    for table in ("staff_tries", "staff_invitation", "staff_recovery_code", "staff_access"):
        op.drop_table(table)
