"""Two records of one person, put together by staff, and taken apart again."""

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    with op.batch_alter_table("resident") as resident:
        resident.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
        resident.create_foreign_key("fk_resident_merged_into", "resident", ["merged_into"], ["id"])
        resident.create_index("ix_resident_merged_into", ["merged_into"])
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["resident.id"], name="fk_merge_kept_id"),
        sa.ForeignKeyConstraint(["other_id"], ["resident.id"], name="fk_merge_other_id"),
        sa.ForeignKeyConstraint(["staff"], ["staff_member.slug"], name="fk_merge_staff"),
        sa.ForeignKeyConstraint(["undone_by"], ["staff_member.slug"], name="fk_merge_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_merge"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_merge_kept_id", "merge", ["kept_id"])


def downgrade() -> None:
    op.drop_table("merge")
    with op.batch_alter_table("resident") as resident:
        resident.drop_index("ix_resident_merged_into")
        resident.drop_constraint("fk_resident_merged_into", type_="foreignkey")
        resident.drop_column("merged_into")
