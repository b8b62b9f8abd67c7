"""Logs as lines for people, or as JSON for machines; each line bears the job and the claim, or the request, it is about.

Whatever is logged, libraries' tracebacks too, has citizens' numbers masked on its way out.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from services.domain.identity import mask_in_text

_about: ContextVar[Mapping[str, str]] = ContextVar("hezheng_about", default={})  # noqa: B039 - never changed in place
_NAMES = ("claim_id", "evidence_id", "batch_id")


@contextmanager
def about(**what: str) -> Iterator[None]:
    """Lines logged inside bear these words."""
    token = _about.set({**_about.get(), **what})
    try:
        yield
    finally:
        _about.reset(token)


def words_of(job_id: str, name: str, attempt: int, args: Mapping[str, Any]) -> dict[str, str]:
    """What a job is about, for its log lines: ids only."""
    return {"job_id": job_id, "job": name, "attempt": str(attempt), **{key: str(args[key]) for key in _NAMES if key in args}}


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage(), **_about.get()}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return mask_in_text(json.dumps(line, ensure_ascii=False))


class PlainLines(logging.Formatter):
    """A line for people, what it is about at its end."""

    def format(self, record: logging.LogRecord) -> str:
        words = " ".join(f"{key}={value}" for key, value in _about.get().items())
        return mask_in_text(super().format(record) + (f"  [{words}]" if words else ""))


def log_to_stderr(*, as_json: bool) -> None:
    """From now on everything of level info and above, other libraries' warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if as_json else PlainLines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("hezheng").setLevel(logging.INFO)
