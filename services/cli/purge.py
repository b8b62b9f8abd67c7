"""`hezheng purge`: removes what is kept longer than it may be, and writes what it did."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import typer

from services.adapters.repository.base import now
from services.adapters.store import Store
from services.adapters.temporary import remove_left_behind
from services.cli.serving import installed_store
from services.ingest.api.uploads import forget_expired

_LEFT_BEHIND_SECONDS = 2 * 24 * 3600
_TEMPORARY = ("hezheng-*", "tmp/*", "blobs/incoming/*")
_ANSWERS_KEPT = timedelta(days=7)


def purge(names: Sequence[str], older_than: int | None, dry_run: bool, data: Path | None) -> int:
    """`names`: ids or numbers of claims; else those decided more than `older_than` days ago (default: HEZHENG_RETENTION_DAYS)."""
    with installed_store(data) as store:
        days = older_than or store.settings.retention_days
        chosen, unknown = _named(store, names)
        for name in unknown:
            typer.echo(f"{name}: 没有该申报 / there is no such claim", err=True)
        if not names and days is not None:
            chosen = store.repository.past_term(now() - timedelta(days=days))
        removed = [_purge_claim(store, claim_id, dry_run) for claim_id in chosen]
        if not dry_run:
            if any(removed):
                store.media_index.rebuild()  # its files still know the media that are gone
            _leftovers(store)
        _say(f"{len(chosen)} 件申报{'将被清除' if dry_run else '已清除'} / {len(chosen)} claims {'would be' if dry_run else 'were'} purged")
        if not names and days is None:
            _say("未设置 HEZHENG_RETENTION_DAYS，也未给出 --older-than：只清理临时文件 / no retention is set: only temporary files were removed")
    return 2 if unknown else 0


def _named(store: Store, names: Sequence[str]) -> tuple[list[str], list[str]]:
    chosen, unknown = [], []
    for name in names:
        found = store.repository.claim_numbered(name)
        chosen += found
        unknown += [] if found else [name]
    return chosen, unknown


def _purge_claim(store: Store, claim_id: str, dry_run: bool) -> bool:
    """Whether media went that others may have been compared with."""
    claim_no = store.repository.claim_summary(claim_id).claim_no
    if dry_run:
        _say(f"{claim_no}  {claim_id}")
        return False
    with store.repository.transaction():
        purged = store.repository.purge_claim(claim_id)
        detail = ", ".join(f"{name} {count}" for name, count in sorted(purged.rows.items()))
        store.repository.add_access("cli", "hezheng purge", "purge", claim_id, f"{detail}; originals {len(purged.orphans)}")
    for upload in purged.uploads:
        store.blobs.drop_partial(upload)
    removed = sum(store.blobs.remove(sha256) for sha256 in purged.orphans)
    _say(f"{claim_no}  {claim_id}: {detail or '–'}; 原件 originals {removed}")
    return bool(purged.rows.get("fingerprints"))


def _leftovers(store: Store) -> None:
    """What killed processes left behind, uploads nobody went on with, and answers kept for repeated calls."""
    uploads = forget_expired(store)
    answers = store.repository.forget_answers(now() - _ANSWERS_KEPT)
    files = remove_left_behind(older_than=_LEFT_BEHIND_SECONDS)
    for pattern in _TEMPORARY:
        for path in store.settings.data_dir.glob(pattern):
            if time.time() - path.stat().st_mtime > _LEFT_BEHIND_SECONDS and not path.name.endswith(".part"):
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
                files += 1
    _say(f"过期上传 expired uploads {uploads}, 重复请求的应答 kept answers {answers}, 临时文件 temporary files {files}")


def _say(text: str) -> None:
    typer.echo(text)
