"""A message to people, in the two languages of the product."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Message:
    """The same sentence in Chinese (first for the reader) and English."""

    zh: str
    en: str
