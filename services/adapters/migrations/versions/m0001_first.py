"""The first tables: claims with their documents and evidence, facts, indexes across claims, access, jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _claims()
    _api_keys()
    _facts()
    _idempotency()
    _jobs()
    _decisions()
    _documents()
    _evidence()
    _index_entries()
    _intake_problems()
    _rosters()


def downgrade() -> None:
    for table in ("rosters", "intake_problems", "index_entries", "evidence", "documents", "decisions", "jobs", "idempotency", "facts", "api_keys", "claims"):
        op.drop_table(table)


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("claim_key", sa.String(length=64), nullable=False),
        sa.Column("claim_no", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("enterprise", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("submitted_at", Moment, nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("progress_done", sa.Integer(), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("score_low", sa.Float(), nullable=True),
        sa.Column("score_high", sa.Float(), nullable=True),
        sa.Column("claimed", sa.String(length=32), nullable=True),
        sa.Column("supported", sa.String(length=32), nullable=True),
        sa.Column("unclear", sa.String(length=32), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_claims"),
        sa.UniqueConstraint("claim_key", name="uq_claims_claim_key"),
        sa.UniqueConstraint("id", name="uq_claims_id"),
    )
    op.create_index("ix_claims_status_seq", "claims", ["status", "seq"], unique=False)
    op.create_index("ix_claims_uscc", "claims", ["uscc"], unique=False)


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("hash", name="uq_api_keys_hash"),
    )


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("sha256", "reader", "version", name="pk_facts"),
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_idempotency"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("not_before", Moment, nullable=False),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_jobs"),
        sa.UniqueConstraint("id", name="uq_jobs_id"),
    )
    op.create_index("ix_jobs_state_not_before_priority_seq", "jobs", ["state", "not_before", "priority", "seq"], unique=False)
    op.create_index(
        "uq_jobs_waiting", "jobs", ["name", "args"], unique=True, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'")
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("machine_verdict", sa.String(length=16), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_decisions_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_decisions"),
        sa.UniqueConstraint("id", name="uq_decisions_id"),
    )
    op.create_index("ix_decisions_claim_id", "decisions", ["claim_id"], unique=False)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_documents_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("claim_id", "name", name="pk_documents"),
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("path_key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_evidence_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_evidence"),
        sa.UniqueConstraint("claim_id", "path_key", name="uq_evidence_claim_id_path_key"),
        sa.UniqueConstraint("id", name="uq_evidence_id"),
    )
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"], unique=False)


def _index_entries() -> None:
    op.create_table(
        "index_entries",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_index_entries_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_index_entries"),
    )
    op.create_index("ix_index_entries_claim_id", "index_entries", ["claim_id"], unique=False)
    op.create_index("ix_index_entries_kind_key", "index_entries", ["kind", "key"], unique=False)


def _intake_problems() -> None:
    op.create_table(
        "intake_problems",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_intake_problems_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_intake_problems"),
    )
    op.create_index("ix_intake_problems_claim_id", "intake_problems", ["claim_id"], unique=False)


def _rosters() -> None:
    op.create_table(
        "rosters",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("claim_id", sa.String(length=40), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_rosters_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_rosters"),
        sa.UniqueConstraint("claim_id", name="uq_rosters_claim_id"),
        sa.UniqueConstraint("id", name="uq_rosters_id"),
    )
    op.create_index("ix_rosters_uscc_seq", "rosters", ["uscc", "seq"], unique=False)
