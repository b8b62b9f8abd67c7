"""How Alembic runs here: over the connection and in the transaction of the caller."""

from __future__ import annotations

from alembic import context

from services.adapters.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
