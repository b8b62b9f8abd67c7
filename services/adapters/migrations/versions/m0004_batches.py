"""Batches of claims to be verified again, and what each judgement was made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    _verifications()
    _batches()


def downgrade() -> None:
    for table in ("batch_files", "batch_claims", "batches", "verification_people", "verification_codes", "verifications"):
        op.drop_table(table)


def _verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("policy_id", sa.String(length=100), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("training_start", sa.Date(), nullable=False),
        sa.Column("training_end", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_verifications_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("claim_id", name="pk_verifications"),
    )
    op.create_index("ix_verifications_policy_id", "verifications", ["policy_id"], unique=False)
    op.create_index("ix_verifications_training_start", "verifications", ["training_start"], unique=False)
    op.create_table(
        "verification_codes",
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_verification_codes_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("claim_id", "code", name="pk_verification_codes"),
    )
    op.create_index("ix_verification_codes_code", "verification_codes", ["code"], unique=False)
    op.create_table(
        "verification_people",
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_verification_people_claim_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("claim_id", "person", name="pk_verification_people"),
    )
    op.create_index("ix_verification_people_person", "verification_people", ["person"], unique=False)


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("ordered", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_batches"),
        sa.UniqueConstraint("id", name="uq_batches_id"),
    )
    op.create_table(
        "batch_claims",
        sa.Column("batch_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("touches", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_claims_batch_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_batch_claims"),
    )
    op.create_index("ix_batch_claims_batch_id_state_number", "batch_claims", ["batch_id", "state", "number"], unique=False)
    op.create_index("ix_batch_claims_batch_id_claim_id", "batch_claims", ["batch_id", "claim_id"], unique=False)
    op.create_table(
        "batch_files",
        sa.Column("batch_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_files_batch_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch_id", "name", name="pk_batch_files"),
    )
