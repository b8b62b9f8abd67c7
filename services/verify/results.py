"""How checks say what they found: `yield met()`, `yield unmet("photo.too_few", "照片仅…", "only …", …)`.

A check decides outcome, code and message; the engine adds clause, article and severity. `trainees` are indices into the
case's trainees; `effect` says what the finding does to their money (to everybody's, where it names nobody).
Never put a whole ID number in a text: `mask_id_number`.
"""

from __future__ import annotations

from typing import Any

from services.domain.evidence import Place, Related
from services.domain.finding import Effect, Outcome, Result
from services.domain.text import Message

_MET = Result(Outcome.MET)
_NOT_APPLICABLE = Result(Outcome.NOT_APPLICABLE)


def met() -> Result:
    """The clause is met, and there is nothing to say about it."""
    return _MET


def not_applicable() -> Result:
    """The clause does not apply to this claim (no online training, no photos to look at, …)."""
    return _NOT_APPLICABLE


def unmet(
    code: str,
    zh: str,
    en: str,
    *,
    subject: str = "",
    expected: Any = None,
    observed: Any = None,
    evidence: tuple[Place, ...] = (),
    related: tuple[Related, ...] = (),
    trainees: tuple[int, ...] = (),
    effect: Effect = Effect.NONE,
) -> Result:
    """The evidence speaks against it. The finding has the code's severity."""
    return Result(Outcome.UNMET, code, Message(zh, en), subject, expected, observed, evidence, related, trainees, effect)


def unclear(
    code: str,
    zh: str,
    en: str,
    *,
    subject: str = "",
    expected: Any = None,
    observed: Any = None,
    evidence: tuple[Place, ...] = (),
    related: tuple[Related, ...] = (),
    trainees: tuple[int, ...] = (),
    effect: Effect = Effect.NONE,
    confidence: float = 0.5,
) -> Result:
    """It cannot be told; the message says what is missing and what to do. A warning. `confidence`: how likely the clause is met after all."""
    return Result(Outcome.UNCLEAR, code, Message(zh, en), subject, expected, observed, evidence, related, trainees, effect, confidence)


def info(
    code: str,
    zh: str,
    en: str,
    *,
    subject: str = "",
    expected: Any = None,
    observed: Any = None,
    evidence: tuple[Place, ...] = (),
    related: tuple[Related, ...] = (),
    trainees: tuple[int, ...] = (),
) -> Result:
    """Worth knowing; the clause is met all the same, the verdict does not move."""
    return Result(Outcome.MET, code, Message(zh, en), subject, expected, observed, evidence, related, trainees)
