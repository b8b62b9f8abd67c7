"""What the sheet's page is made of: the bands of slanted rows, and what the report says of a page and its rows."""

from __future__ import annotations

import itertools

import pytest

from services.domain.evidence import Box
from services.domain.facts import SheetCell, SheetRow
from services.report.workbench.bands import band_of
from services.report.workbench.sheet_findings import of_page, of_rows


def slanted(row: int, slope: float, height: float = 0.04) -> SheetRow:
    """A row of four cells that rises by `slope`, each cell with its upright box."""
    boxes: list[Box] = []
    for left, right in itertools.pairwise((0.1, 0.2, 0.4, 0.7, 0.9)):
        ends = [0.2 + height * row + slope * x for x in (left, right)]
        boxes.append((left, min(ends), right - left, abs(ends[0] - ends[1]) + height))
    top, bottom = min(b[1] for b in boxes), max(b[1] + b[3] for b in boxes)
    return SheetRow(row, (0.1, top, 0.8, bottom - top), tuple(SheetCell(i, b, "", 1.0) for i, b in enumerate(boxes)))


@pytest.mark.parametrize("slope", [0.06, -0.06])
def test_bands_of_neighbours_meet_and_do_not_overlap(slope: float) -> None:
    upper, lower = band_of(slanted(0, slope)), band_of(slanted(1, slope))
    assert upper is not None and lower is not None
    assert upper[3] == pytest.approx(lower[0]) and upper[2] == pytest.approx(lower[1]), "the lower edge of one is the upper edge of the next"
    assert upper[1][1] - upper[0][1] == pytest.approx(slope * 0.8), "it is as slanted as the row"
    boxes = [slanted(n, slope).box for n in (0, 1)]
    assert boxes[0][1] + boxes[0][3] > boxes[1][1], "where the upright boxes do overlap"


def test_level_rows_and_rows_of_one_cell_have_no_band() -> None:
    row = slanted(0, 0.0)
    assert band_of(row) is None
    assert band_of(SheetRow(1, row.box, row.cells[:1])) is None


def finding(code: str, *places: dict[str, object], related: tuple[dict[str, str], ...] = ()) -> dict[str, object]:
    return {"code": code, "evidence": list(places), "related": list(related)}


def test_findings_stand_at_their_page_or_row() -> None:
    findings = [
        finding("sheet.date_unreadable", {"file": "a.jpg", "page": 1}),
        finding("sheet.not_signed", {"file": "a.jpg", "page": 1, "row": 2}),
        finding("sheet.reused", {"file": "b.jpg", "page": 1}, related=({"claim_no": "N1", "file": "a.jpg"},)),
        finding("trainee.not_insured", {"file": "trainees.xlsx", "row": 5}),
        finding("sheet.date_unreadable", {"file": "a.jpg", "page": 2}),
        finding("sheet.reused", {"file": "b.jpg"}, related=({"claim_no": "N2", "file": "a.jpg"},)),
        finding("file.unreadable", {"file": "a.jpg"}),
    ]
    assert [i for i, _ in of_page(findings, "N1", "a.jpg", 1)] == [0, 2, 6]
    trainees = [{"findings": []}, {"findings": [0, 3]}]
    rows = of_rows(findings, trainees, "a.jpg", 1, {1: 0, 2: 1, 3: None, 4: 9})
    assert {row: [i for i, _ in said] for row, said in rows.items()} == {2: [1, 3]}
