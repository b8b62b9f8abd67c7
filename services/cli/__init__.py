"""The command line: the only place that knows all three services."""

from __future__ import annotations

from services.cli.main import main

__all__ = ["main"]
