"""`hezheng move`: an embedded installation carried over to PostgreSQL and S3, or anywhere else."""

from __future__ import annotations

from pathlib import Path

import typer

from services.adapters.blobs import Blobs
from services.adapters.database import Database
from services.adapters.moving import move
from services.adapters.settings import Settings
from services.adapters.store import open_blobs
from services.cli.serving import installed_store


def move_installation(to_database: str, to_blobs: str, data: Path | None) -> int:
    """Stop the service first: what comes in meanwhile is not carried over."""
    new = Settings(database_url=to_database)
    with installed_store(data) as store:
        target = Database(new.sql_url())
        try:
            cache = store.settings.data_dir / "blobs-of-s3"
            blobs = open_blobs(new.model_copy(update={"blobs_url": to_blobs, "blobs_dir": cache})) if "://" in to_blobs else Blobs(Path(to_blobs))
            moved = move(store.database, target, store.blobs, blobs, lambda what, count: typer.echo(f"  {what}: {count}"))
        finally:
            target.close()
    typer.echo(f"{sum(moved.rows.values())} 行 rows, {moved.blobs} 个文件 files, {moved.bytes} 字节 bytes: 数量与摘要一致 / counts and hashes are the same")
    typer.echo("现在请设置 HEZHENG_DATABASE_URL 与 HEZHENG_BLOBS_URL（或 HEZHENG_BLOBS_DIR），并保留数据文件夹中的 key")
    typer.echo("now set HEZHENG_DATABASE_URL and HEZHENG_BLOBS_URL (or HEZHENG_BLOBS_DIR), and keep the `key` of the data folder")
    return 0
