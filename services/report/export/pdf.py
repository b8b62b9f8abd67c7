"""The report as PDF: the HTML page in its paper form, laid out on A4 by WeasyPrint; nothing is fetched from anywhere."""

from __future__ import annotations

import logging

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from services.domain.report import Report
from services.report.export.album import Album
from services.report.export.html import html
from services.report.export.view import PAPER


def pdf(report: Report, album: Album, address: str | None = None) -> bytes:
    """The PDF file's bytes. Only data: addresses are opened, whatever the page says. `address` of the claim: shown as a QR code."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    page = HTML(string=html(report, album, bounds=PAPER, paper=True, address=address), url_fetcher=fetcher, base_url=None)
    out = page.write_pdf(optimize_images=False)
    assert isinstance(out, bytes)
    return out
