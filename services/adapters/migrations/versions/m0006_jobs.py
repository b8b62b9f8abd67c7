"""Jobs in lanes by weight, hints to a broker, workers and what only one may do at a time, figures for operators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("lane", sa.String(length=16), nullable=False, server_default="light"))
    op.add_column("jobs", sa.Column("hinted_at", Moment, nullable=True))
    op.create_index("ix_jobs_lane_priority_seq", "jobs", ["lane", "priority", "seq"], unique=False, sqlite_where=QUEUED, postgresql_where=QUEUED)
    op.create_index("ix_jobs_state_updated_at", "jobs", ["state", "updated_at"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("lanes", sa.String(length=200), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
    op.create_index("ix_workers_seen_at", "workers", ["seen_at"], unique=False)
    op.create_table(
        "meters",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", "label", "bucket", name="pk_meters"),
    )


def downgrade() -> None:
    for table in ("meters", "workers", "leases"):
        op.drop_table(table)
    for index in ("ix_jobs_state_updated_at", "ix_jobs_lane_priority_seq"):
        op.drop_index(index, "jobs")
    op.drop_column("jobs", "hinted_at")
    op.drop_column("jobs", "lane")
