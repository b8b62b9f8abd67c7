"""The report as one self-contained HTML page: styles and pictures inside, no scripts, nothing fetched."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.domain.report import Report
from services.report.export import words
from services.report.export.album import Album, clock
from services.report.export.facts_text import facts_text
from services.report.export.summary import yuan
from services.report.export.view import SCREEN, Bounds, View


def html(report: Report, album: Album, *, bounds: Bounds = SCREEN, paper: bool = False, address: str | None = None) -> str:
    """The page. `paper`: for the PDF (folded parts open, no links into what is not there). `address` of the claim: shown as a QR code."""
    code = None if address is None else segno.make(address, error="m").svg_data_uri(border=0)
    return _environment().get_template("report.html").render(v=View(report, album, bounds), report=report, paper=paper, code=code)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("services.report", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.filters.update(gloss=str, yuan=yuan, clock=clock, facts_text=facts_text, minutes=_minutes, day=_day, pct=_percent)
    environment.globals.update(words=words, stylesheet=Markup(_stylesheet()))
    return environment


def _stylesheet() -> str:
    return (files("services.report") / "static" / "report.css").read_text(encoding="utf-8")


def _minutes(value: Any) -> str:
    return f"{float(value):,.0f}"


def _day(value: str | None) -> str:
    """An ISO moment as people write it: 2021-11-17 10:00."""
    return "—" if not value else value[:16].replace("T", " ")


def _percent(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
