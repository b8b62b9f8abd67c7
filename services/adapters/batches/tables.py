"""Tables of batches and of what each judgement was made from. `body` is sealed; what is beside it names no person."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from services.adapters.repository.tables import Instant, Serial, metadata

__all__ = ["batch_claims", "batch_files", "batches", "metadata", "verification_codes", "verification_people", "verifications"]

verifications = Table(
    "verifications",
    metadata,
    Column("claim_id", String(40), ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True),
    Column("policy_id", String(100), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("training_start", Date, nullable=False),
    Column("training_end", Date, nullable=False),
    Column("key", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "policy_id"),
    Index(None, "training_start"),
)

verification_codes = Table(
    "verification_codes",
    metadata,
    Column("claim_id", String(40), ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True),
    Column("code", String(64), primary_key=True),
    Index(None, "code"),
)

verification_people = Table(
    "verification_people",
    metadata,
    Column("claim_id", String(40), ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(40), primary_key=True),
    Index(None, "person"),
)
"""Keyed fingerprints of the trainees' ID numbers: whoever is paid less because of another claim leaves no other trace."""

batches = Table(
    "batches",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("ordered", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("totals", Text, nullable=False),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("finished_at", Instant),
)

batch_claims = Table(
    "batch_claims",
    metadata,
    Column("batch_id", String(40), ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("claim_id", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided", Boolean, nullable=False),
    Column("touches", Boolean, nullable=False),
    Column("body", LargeBinary),
    Index(None, "batch_id", "state", "number"),
    Index(None, "batch_id", "claim_id"),
)

batch_files = Table(
    "batch_files",
    metadata,
    Column("batch_id", String(40), ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
