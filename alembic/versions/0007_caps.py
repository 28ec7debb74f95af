"""How many appointments for a service one person may have ahead of them, and how to find a person's appointments."""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("service", sa.Column("max_active", sa.Integer(), nullable=False, server_default="3"))
    with op.batch_alter_table("service") as service:
        service.alter_column("max_active", existing_type=sa.Integer(), server_default=None)
    op.create_index("ix_appointment_email", "appointment", ["email"])
    op.create_index("ix_appointment_phone", "appointment", ["phone"])


def downgrade() -> None:
    op.drop_index("ix_appointment_phone", "appointment")
    op.drop_index("ix_appointment_email", "appointment")
    with op.batch_alter_table("service") as service:
        service.drop_column("max_active")
