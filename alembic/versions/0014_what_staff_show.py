"""Passkeys of staff, their way in by two steps, and tokens for programs."""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("staff_access", sa.Column("told_steps", sa.String(), nullable=False, server_default=""))
    op.add_column("staff_invitation", sa.Column("password_hash", sa.String(), nullable=False, server_default=""))
    op.add_column("staff_invitation", sa.Column("passkey", sa.String(), nullable=False, server_default=""))
    for table, column in (
        ("staff_access", "told_steps"),
        ("staff_invitation", "password_hash"),
        ("staff_invitation", "passkey"),
    ):
        with op.batch_alter_table(table) as altered:
            altered.alter_column(column, existing_type=sa.String(), server_default=None)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_passkey_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_staff", "passkey", ["staff"])
    op.create_table(
        "passkey_challenge",
        sa.Column("holder_hash", sa.String(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("holder_hash", name="pk_passkey_challenge"),
    )
    op.create_index("ix_passkey_challenge_made_at", "passkey_challenge", ["made_at"])
    op.create_table(
        "desk_sign_in",
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_desk_sign_in_staff"),
        sa.PrimaryKeyConstraint("key_hash", name="pk_desk_sign_in"),
    )
    op.create_index("ix_desk_sign_in_begun_at", "desk_sign_in", ["begun_at"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_api_token_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_token_staff", "api_token", ["staff"])


def downgrade() -> None:
    for table in ("api_token", "desk_sign_in", "passkey_challenge", "passkey"):
        op.drop_table(table)
    with op.batch_alter_table("staff_invitation") as invitation:
        invitation.drop_column("passkey")
        invitation.drop_column("password_hash")
    with op.batch_alter_table("staff_access") as access:
        access.drop_column("told_steps")
