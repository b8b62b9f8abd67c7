"""Tables beside the jobs: who does what only one may do at a time, and which workers there are."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table

from services.adapters.repository.tables import Instant, jobs, metadata

__all__ = ["jobs", "leases", "meters", "workers"]

leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("until", Instant, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("lanes", String(200), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index(None, "seen_at"),
)

meters = Table(
    "meters",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("label", String(64), primary_key=True),
    Column("bucket", Integer, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
)
