"""The report's formats: JSON, HTML, PDF, XLSX, all written from one frozen report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from services.domain.report import Report
from services.report.export.album import Album, fill
from services.report.export.html import html
from services.report.export.json import report_json
from services.report.export.pdf import pdf
from services.report.export.xlsx import xlsx
from services.report.pictures import Pictures

FORMATS = ("json", "html", "pdf", "xlsx")


def write_reports(report: Report, out: Path, pictures: Pictures, *, formats: Sequence[str] = FORMATS, address: str | None = None) -> dict[str, Path]:
    """Write `report.<format>` into `out` (made if absent), each whole or not at all; the paths by format.

    `address`: where the claim can be looked at; the PDF carries it as a QR code.

    Raises ValueError for a format that there is not, OSError where `out` cannot be written.
    """
    unknown = [f for f in formats if f not in FORMATS]
    if unknown:
        raise ValueError(f"no such report format: {', '.join(unknown)} (there are {', '.join(FORMATS)})")
    out.mkdir(parents=True, exist_ok=True)
    album = fill(report, pictures) if {"html", "pdf"} & set(formats) else Album()
    written: dict[str, Path] = {}
    for name in formats:
        written[name] = _write(out / f"report.{name}", render(report, name, album, address))
    return written


def render(report: Report, name: str, album: Album, address: str | None = None) -> bytes:
    """One format's bytes."""
    if name == "json":
        return report_json(report).encode("utf-8")
    if name == "html":
        return html(report, album).encode("utf-8")
    return pdf(report, album, address) if name == "pdf" else xlsx(report)


def _write(path: Path, data: bytes) -> Path:
    """Beside its place first, then moved there: nobody ever reads half a report."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(data)
    os.replace(beside, path)
    return path
