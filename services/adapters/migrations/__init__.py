"""Alembic migrations, the same for SQLite and PostgreSQL; in the package, so that an installed program finds them."""
