"""What the pages share: templates in two languages, the headers they are sent with, and how values are shown."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.domain.claim import SHANGHAI
from services.report.export import words
from services.report.export.album import clock
from services.report.export.english import in_english
from services.report.export.facts_text import facts_text
from services.report.export.summary import yuan
from services.report.export.view import View
from services.report.workbench.assets import version_of

Language = Literal["zh", "en"]
LANGUAGE_COOKIE = "hezheng_language"
_POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; media-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STATUS_NAMES = {
    "draft": ("草稿", "draft"),
    "verifying": ("核验中", "verifying"),
    "verified": ("待审核", "to be decided"),
    "approved": ("已通过", "approved"),
    "rejected": ("已驳回", "rejected"),
    "returned": ("已退回", "returned"),
}
DECISION_NAMES = {"approve": ("通过", "approve"), "reject": ("驳回", "reject"), "return": ("退回补正", "return")}


def language_of(request: Request) -> Language:
    """As chosen on the pages, else by the browser; Chinese where it says nothing."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("zh", "en"):
        return "en" if chosen == "en" else "zh"
    accepted = request.headers.get("accept-language", "zh").split(",")[0].strip().lower()
    return "en" if accepted.startswith("en") else "zh"


def page(request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any) -> HTMLResponse:
    """A page, or a part of one, in the reader's language."""
    language = language_of(request)
    if isinstance(values.get("v"), View):
        values["v"].english = language == "en"
    text = environment(language).get_template(f"workbench/{template}").render(request=request, language=language, **values)
    return HTMLResponse(text, status, {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Vary": "Cookie, HX-Request", **(headers or {})})


@cache
def environment(language: Language) -> Environment:
    """Templates are written in Chinese; other languages come from `locale/<language>.po`."""
    made = Environment(
        loader=PackageLoader("services.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(_catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    index = 1 if language == "en" else 0

    def say(value: Any) -> str:
        """One of the two texts of a pair or a message."""
        if isinstance(value, Mapping):
            return str(value[language])
        return "" if value is None else str(value[index])

    def gloss(text: str) -> str:
        """A short text of the report's own making."""
        return in_english(text) if language == "en" else text

    made.filters.update(gloss=gloss, yuan=yuan, clock=clock, facts_text=facts_text, say=say, when=_when, day=_day, minutes=_minutes, pct=_percent, query=_query)
    made.globals.update(words=words, status_names=STATUS_NAMES, decision_names=DECISION_NAMES, asset=asset)
    return made


def _catalogue(language: Language) -> Translations:
    if language == "zh":
        return Translations()
    with (files("services.report") / "locale" / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def asset(name: str) -> str:
    """The address of a static file; it changes with its content, so that browsers may keep it for good."""
    return f"/static/{version_of(name)}/{name}"


def _when(moment: datetime | str | None) -> str:
    if moment is None:
        return "—"
    if isinstance(moment, str):
        return _day(moment)
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _day(value: str | None) -> str:
    """An ISO moment as people write it: 2021-11-17 10:00."""
    return "—" if not value else value[:16].replace("T", " ")


def _minutes(value: Any) -> str:
    return f"{float(value):,.0f}"


def _percent(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _query(values: Mapping[str, Any], **changed: Any) -> str:
    """A query string of the given values, some of them changed; what is empty is left out."""
    return urlencode({k: v for k, v in {**values, **changed}.items() if v not in (None, "", False)})
