"""What media are found again by: hashes and words of local features, the truth behind the media index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_fingerprints"),
        sa.UniqueConstraint("sha256", "reader", "version", name="uq_fingerprints_sha256_reader_version"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("fingerprints")
