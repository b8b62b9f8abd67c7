"""Options that many commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[Path | None, typer.Option("--data", help="Keep the store (database, originals, index across claims) here.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
