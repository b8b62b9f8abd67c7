"""`hezheng rebuild-index`: the index of photos and videos made anew from the database."""

from __future__ import annotations

from pathlib import Path

import typer

from services.cli.serving import installed_store
from services.verify.media_seen import rebuild_index


def rebuild(data: Path | None) -> int:
    with installed_store(data) as store:
        last = rebuild_index(store)
    typer.echo(f"媒体索引已重建，共{last}条 / the media index was rebuilt up to entry {last}")
    return 0
