"""Bring a database up to the tables that this program expects."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from services.adapters.batches import tables as batch_tables
from services.adapters.database import Database
from services.adapters.queue import tables as queue_tables

TABLES = (batch_tables, queue_tables)
"""Beside those of the repository: whoever migrates knows all tables."""
_SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 0x48455A48
"""Key of the PostgreSQL advisory lock that lets only one process migrate at a time."""


def migrate(database: Database, revision: str = "head") -> None:
    """Run the migrations that are missing, all in one transaction; nothing happens if there are none."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    with database.writing() as connection:
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
