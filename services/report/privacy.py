"""Personal numbers never leave in full: every text of a report is searched for ID numbers, also in file names.

`faces/enrolled/<id_number>.jpg` carries a person's number in its very name, platforms put them into snapshots' names,
and a message may quote a cell; so masking field by field is not enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.domain.case import Case
from services.domain.identity import mask_id_number, normalise_number

_RUN = re.compile(r"(?<!\d)\d{14,40}[Xx]?(?!\d)")
_SIGN = re.compile(r"[0-9A-Za-z]")
_SHAPE = re.compile(r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_LENGTH = 18
_PATHS = frozenset({"file", "path", "snapshot"})
# Identifiers of things, not of people: they must come out as they went in.
_EXEMPT = frozenset({"sha256", "hash", "fingerprint", "uscc", "claim_no"})


class Masker:
    """Masks ID numbers in texts: those it was told of, and whatever may be one. `things`: codes that only look like one."""

    def __init__(self, known: Iterable[str] = (), things: Iterable[str] = ()) -> None:
        self._known = {n for n in (normalise_number(k) for k in known) if len(n) >= 14}
        self._things = {normalise_number(t) for t in things}

    def text(self, text: str, *, path: bool = False) -> str:
        """The text with each ID number as its first and last four signs.

        Any 18 digits count as a number (a misread one is one too); in a `path`, or with letters right beside them, only such with a
        date of birth in it, so that a file named by a time stamp keeps its name, and a serial number its digits.
        """
        return _RUN.sub(lambda found: self._run(found[0], path or _in_word(found)), text)

    def value(self, value: Any, key: str = "") -> Any:
        """A JSON value with every text in it masked."""
        if isinstance(value, str):
            return value if key in _EXEMPT else self.text(value, path=key in _PATHS)
        if isinstance(value, Mapping):
            return {self.text(str(k)): self.value(v, str(k)) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(v, key) for v in value]
        return value

    def _run(self, run: str, path: bool) -> str:
        if run.upper() in self._things:
            return run
        if run.upper() in self._known or (len(run) == _LENGTH and (not path or _SHAPE.fullmatch(run))):
            return mask_id_number(run)
        for at in range(len(run) - _LENGTH + 1):
            part = run[at : at + _LENGTH]
            if part.upper() in self._known:
                rest = run[at + _LENGTH :]
                return run[:at] + mask_id_number(part) + (self._run(rest, path) if len(rest) >= _LENGTH else rest)
        return run


def _in_word(found: re.Match[str]) -> bool:
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return bool(_SIGN.match(before) or _SIGN.match(after))


def masker_for(case: Case) -> Masker:
    """A masker that knows every number the case knows."""
    uscc = case.claim.enterprise.uscc
    return Masker(_numbers(case), things=[uscc] if uscc else [])


def _numbers(case: Case) -> Iterator[str]:
    yield from (p.id_number for p in case.claim.paid_this_year or ())
    yield from (p.id_number for p in (case.trainees.people if case.trainees else ()))
    yield from (p.id_number for p in (case.roster.people if case.roster else ()))
    for row in (r for sheet in case.attendance for r in sheet.rows):
        yield from (n for n in (row.id_number, row.id_text) if n)
