"""Who may act for whom; and whom a booking on its way is for."""

import sqlalchemy as sa

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["resident.id"], name="fk_mandate_owner_id"),
        sa.ForeignKeyConstraint(["holder_id"], ["resident.id"], name="fk_mandate_holder_id"),
        sa.ForeignKeyConstraint(["ended_by"], ["resident.id"], name="fk_mandate_ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_mandate"),
        sqlite_autoincrement=True,
    )
    for column in ("owner_id", "contact", "holder_id"):
        op.create_index(f"ix_mandate_{column}", "mandate", [column])
    for column in ("acted_by", "on_behalf_of"):
        op.execute(f"ALTER TABLE draft ADD COLUMN {column} INTEGER CONSTRAINT fk_draft_{column} REFERENCES resident (id)")


def downgrade() -> None:
    with op.batch_alter_table("draft") as draft:
        for column in ("on_behalf_of", "acted_by"):
            draft.drop_column(column)
    op.drop_table("mandate")
