"""Review: corrections, opinions, decisions with two signatures, assignments, saved views; the list's sorting; the log as a chain."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_RANKS: dict[str, tuple[sa.types.TypeEngine[Any], str]] = {
    "claimed_fen": (sa.BigInteger(), "-1"),
    "gap_fen": (sa.BigInteger(), "-1"),
    "score_rank": (sa.Float(), "-1"),
    "criticals": (sa.Integer(), "0"),
    "warnings": (sa.Integer(), "0"),
}
_SORTED = (("status", "claimed_fen", "seq"), ("status", "gap_fen", "seq"), ("status", "score_rank", "seq"), ("claim_no",))


def upgrade() -> None:
    for name, (kind, unknown) in _RANKS.items():
        op.add_column("claims", sa.Column(name, kind, nullable=False, server_default=unknown))
    for columns in _SORTED:
        op.create_index(f"ix_claims_{'_'.join(columns)}", "claims", list(columns), unique=False)
    _corrections()
    _opinions()
    _proposals()
    _lists()
    _log()


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_index("ix_accesses_claim_id_number", "accesses")
    with op.batch_alter_table("accesses") as accesses:
        accesses.drop_constraint("uq_accesses_number", type_="unique")
        accesses.drop_column("mac")
        accesses.drop_column("number")
    op.create_index("ix_accesses_claim_id", "accesses", ["claim_id"], unique=False)
    for table in ("saved_views", "assignments", "proposals", "opinions", "corrections"):
        op.drop_table(table)
    for columns in _SORTED:
        op.drop_index(f"ix_claims_{'_'.join(columns)}", "claims")
    for name in _RANKS:
        op.drop_column("claims", name)


def _of_claim(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=f"fk_{table}_claim_id", ondelete="CASCADE")


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        _of_claim("corrections"),
        sa.PrimaryKeyConstraint("seq", name="pk_corrections"),
        sa.UniqueConstraint("id", name="uq_corrections_id"),
    )
    op.create_index("ix_corrections_claim_id", "corrections", ["claim_id"], unique=False)


def _opinions() -> None:
    op.create_table(
        "opinions",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("finding", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("opinion", sa.String(length=16), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        _of_claim("opinions"),
        sa.PrimaryKeyConstraint("seq", name="pk_opinions"),
        sa.UniqueConstraint("id", name="uq_opinions_id"),
    )
    op.create_index("ix_opinions_claim_id", "opinions", ["claim_id"], unique=False)


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("second_actor", sa.String(length=40), nullable=True),
        sa.Column("second_name", sa.String(length=200), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("settled_at", Moment, nullable=True),
        _of_claim("proposals"),
        sa.PrimaryKeyConstraint("seq", name="pk_proposals"),
        sa.UniqueConstraint("id", name="uq_proposals_id"),
    )
    op.create_index("ix_proposals_claim_id", "proposals", ["claim_id"], unique=False)


def _lists() -> None:
    op.create_table(
        "assignments",
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        _of_claim("assignments"),
        sa.PrimaryKeyConstraint("claim_id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_user_id", "assignments", ["user_id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
    )
    op.create_index("ix_saved_views_user_id", "saved_views", ["user_id"], unique=False)


def _log() -> None:
    """The chain begins here: what was written before it cannot be vouched for."""
    op.execute("DELETE FROM accesses")
    op.drop_index("ix_accesses_claim_id", "accesses")
    with op.batch_alter_table("accesses") as accesses:
        accesses.add_column(sa.Column("number", sa.BigInteger(), nullable=False))
        accesses.add_column(sa.Column("mac", sa.String(length=64), nullable=False))
        accesses.create_unique_constraint("uq_accesses_number", ["number"])
    op.create_index("ix_accesses_claim_id_number", "accesses", ["claim_id", "number"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
