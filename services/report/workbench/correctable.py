"""What a letter of return asks for: the open findings that the enterprise can do something about, each matter once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_DONE = frozenset(
    (
        "claim.late",
        "claim.outside_policy_window",
        "claim.rate_unknown",
        "enterprise.too_small",
        "enterprise.not_industrial",
        "enterprise.outside_area",
        "trainee.too_many_subsidies",
        "trainee.same_occupation_and_level",
    )
)
"""Codes of what is as it is: no document handed in again changes it."""
_ORDER = {"critical": 0, "warning": 1}
_FOLDER = re.compile(r"[A-Za-z_]+/（([^（）]+)）")
_PUT = "请放入 "
_AND = re.compile(r"(?<=）), (?=[A-Za-z_]+/（)")


def to_correct(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of open findings those that belong into the letter, by their weight."""
    missing = {f["subject"] for f in findings if f["code"].endswith("_missing") and f["code"] != "documents.promised_missing"}
    seen: set[str] = set()
    found = []
    for finding in sorted(findings, key=lambda f: _ORDER.get(f["severity"], 2)):
        again = finding["code"] == "documents.promised_missing" and finding["subject"] in missing
        text = finding["message"]["zh"]
        if finding["code"] not in _DONE and not again and text not in seen:
            seen.add(text)
            found.append(finding)
    return found


def beyond_correction(findings: Sequence[Mapping[str, Any]]) -> int:
    """How many open findings the letter leaves out because nothing can be done about them."""
    return sum(f["code"] in _DONE for f in findings)


def in_words(text: str) -> str:
    """Folders by the names of what they hold: an enterprise that handed in through a portal knows of no folders."""
    return _FOLDER.sub(r"\1", _AND.sub("或", text)).replace(_PUT, "请提交")
