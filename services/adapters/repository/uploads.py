"""Resumable uploads: what is announced, and what became of it. Their bytes lie in the blob store's incoming folder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from services.adapters import codec
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, new_id, now
from services.adapters.repository.records import Upload
from services.domain.errors import NotFound
from services.domain.text import Message


class UploadStore(Part):
    def create_upload(self, claim_id: str, kind: str, length: int, *, filename: str, metadata: str, seconds: float) -> Upload:
        """`metadata`: the header as it came, to be given back. It lives `seconds` from its last sign of life."""
        at = now()
        upload = Upload(new_id("upl"), claim_id, kind, length, "open", None, filename, metadata, at, at + timedelta(seconds=seconds))
        body = self._seal(codec.dumps({"filename": filename, "metadata": metadata}), f"uploads/{upload.id}")
        values = {"id": upload.id, "claim_id": claim_id, "kind": kind, "length": length, "state": "open", "body": body}
        with self.database.writing() as connection:
            connection.execute(insert(t.uploads).values(**values, created_at=at, expires_at=upload.expires_at))
        return upload

    def upload(self, upload_id: str) -> Upload:
        """Raises NotFound."""
        row = None
        if upload_id.isascii() and "\0" not in upload_id:
            with self.database.reading() as connection:
                row = connection.execute(select(t.uploads).where(t.uploads.c.id == upload_id)).one_or_none()
        if row is None:
            raise NotFound(Message("没有该上传", "there is no such upload"))
        return self._upload(row)

    def change_upload(self, upload_id: str, *, state: str, evidence_id: str | None = None) -> None:
        with self.database.writing() as connection:
            connection.execute(update(t.uploads).where(t.uploads.c.id == upload_id).values(state=state, evidence_id=evidence_id))

    def lengthen_upload(self, upload_id: str, seconds: float) -> None:
        with self.database.writing() as connection:
            connection.execute(update(t.uploads).where(t.uploads.c.id == upload_id).values(expires_at=now() + timedelta(seconds=seconds)))

    def open_uploads(self, claim_id: str) -> int:
        with self.database.reading() as connection:
            query = select(func.count()).where(t.uploads.c.claim_id == claim_id, t.uploads.c.state == "open", t.uploads.c.expires_at > now())
            return int(connection.execute(query).scalar_one())

    def expired_uploads(self, limit: int = 100) -> list[Upload]:
        """Open ones whose time is over, the oldest first."""
        query = select(t.uploads).where(t.uploads.c.state == "open", t.uploads.c.expires_at <= now()).order_by(t.uploads.c.expires_at).limit(limit)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [self._upload(row) for row in rows]

    def _upload(self, row: Row[Any]) -> Upload:
        said = codec.loads_plain(self._open(row.body, f"uploads/{row.id}"))
        return Upload(
            row.id, row.claim_id, row.kind, row.length, row.state, row.evidence_id, said["filename"], said["metadata"], row.created_at, row.expires_at
        )
