"""What the report says of one page of a sheet: of the page as a whole, and of each of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Numbered = tuple[int, Mapping[str, Any]]
"""A finding with its number in the report."""


def of_page(findings: Sequence[Mapping[str, Any]], own: str, file: str, page: int) -> list[Numbered]:
    """Findings that name the page, or its file, and no row of it; what repeats the file, or is repeated by it, is among them."""
    return [(i, f) for i, f in enumerate(findings) if _about(f, own, file, page)]


def of_rows(
    findings: Sequence[Mapping[str, Any]], trainees: Sequence[Mapping[str, Any]], file: str, page: int, people: Mapping[int, int | None]
) -> dict[int, list[Numbered]]:
    """Row -> the findings that name it, then those about the person in it that no place of a sheet belongs to.

    `people`: row -> the trainee (from 0) it is held for.
    """
    found: dict[int, list[Numbered]] = {row: [] for row in people}
    for index, finding in enumerate(findings):
        for row in dict.fromkeys(p.get("row") for p in finding["evidence"] if _on(p, file, page)):
            if row in found:
                found[row].append((index, finding))
    for row, who in people.items():
        if who is None or who >= len(trainees):
            continue
        said = {index for index, _ in found[row]}
        found[row] += [(i, findings[i]) for i in trainees[who]["findings"] if i not in said and findings[i]["code"].startswith("trainee.")]
    return {row: said for row, said in found.items() if said}


def _about(finding: Mapping[str, Any], own: str, file: str, page: int) -> bool:
    if any(_on(p, file, page) and p.get("row") is None for p in finding["evidence"]):
        return True
    return any(r["claim_no"] == own and r.get("file") == file for r in finding["related"]) and finding["code"].startswith("sheet.")


def _on(place: Mapping[str, Any], file: str, page: int) -> bool:
    return place["file"] == file and (place.get("page") or page) == page
