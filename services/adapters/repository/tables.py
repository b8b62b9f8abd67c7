"""The tables. Columns named `body` are sealed by the vault; what is beside them in the open names no person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Serial = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """A moment, kept in UTC on both databases; only aware datetimes are taken."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs an offset")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _claim_id(*, unique: bool = False, nullable: bool = False) -> Column[str]:
    return Column("claim_id", String(40), ForeignKey("claims.id", ondelete="CASCADE"), nullable=nullable, unique=unique)


claims = Table(
    "claims",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("claim_key", String(64), nullable=False, unique=True),
    Column("claim_no", Text, nullable=False),
    Column("uscc", Text),
    Column("enterprise", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("policy", Text),
    Column("submitted_at", Instant),
    Column("status", String(16), nullable=False),
    Column("progress_done", Integer, nullable=False),
    Column("progress_total", Integer, nullable=False),
    Column("error", Text),
    Column("verdict", String(16)),
    Column("score", Float),
    Column("score_low", Float),
    Column("score_high", Float),
    Column("claimed", String(32)),
    Column("supported", String(32)),
    Column("unclear", String(32)),
    Column("claimed_fen", BigInteger, nullable=False, server_default="-1"),
    Column("gap_fen", BigInteger, nullable=False, server_default="-1"),
    Column("score_rank", Float, nullable=False, server_default="-1"),
    Column("criticals", Integer, nullable=False, server_default="0"),
    Column("warnings", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "status", "seq"),
    Index(None, "status", "claimed_fen", "seq"),
    Index(None, "status", "gap_fen", "seq"),
    Index(None, "status", "score_rank", "seq"),
    Index(None, "claim_no"),
    Index(None, "uscc"),
)

documents = Table(
    "documents",
    metadata,
    Column("claim_id", String(40), ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

rosters = Table(
    "rosters",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("uscc", Text),
    _claim_id(unique=True, nullable=True),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "uscc", "seq"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    _claim_id(),
    Column("kind", String(32)),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text),
    Column("path_key", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("scan", String(16)),
    UniqueConstraint("claim_id", "path_key"),
    Index(None, "sha256"),
)

intake_problems = Table(
    "intake_problems",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _claim_id(),
    Column("body", LargeBinary, nullable=False),
    Index(None, "claim_id"),
)

facts = Table(
    "facts",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("reader", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)

index_entries = Table(
    "index_entries",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _claim_id(),
    Column("kind", String(32), nullable=False),
    Column("key", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "kind", "key"),
    Index(None, "claim_id"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    _claim_id(),
    Column("decision", String(16), nullable=False),
    Column("machine_verdict", String(16)),
    Column("actor", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "claim_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("scope", String(16), nullable=False, server_default="operator"),
    Column("enterprises", Text),
)

users = Table(
    "users",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("login", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text),
    Column("subject", String(300), unique=True),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("caller", String(40), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "caller"),
    Index(None, "expires_at"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(40), primary_key=True),
    _claim_id(),
    Column("kind", String(32), nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("evidence_id", String(40)),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "claim_id"),
    Index(None, "state", "expires_at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("owner", String(40), nullable=False),
    Column("events", Text, nullable=False),
    Column("enterprises", Text),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("webhook_id", String(40), ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("event", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("answer", Integer),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("webhook_id", "message_id"),
)

accesses = Table(
    "accesses",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("at", Instant, nullable=False),
    Column("caller", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("action", String(40), nullable=False),
    Column("claim_id", String(40)),
    Column("detail", Text, nullable=False),
    Column("mac", String(64), nullable=False),
    Index(None, "claim_id", "number"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("mac", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("caller", String(40), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("args", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("worker", String(200)),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("lane", String(16), nullable=False, server_default="light"),
    Column("hinted_at", Instant),
    Index(None, "state", "not_before", "priority", "seq"),
    Index(None, "lane", "priority", "seq", sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")),
    Index(None, "state", "updated_at"),
    Index("uq_jobs_waiting", "name", "args", unique=True, sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")),
)
