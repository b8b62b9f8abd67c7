"""Rules that a fold, a stamp or a worn copy has taken away, put back where the rows around them say they ran."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.verify.readers.sheet.rules import BIN, Rule
from services.verify.readers.sheet.types import Array, Gray

_ALIKE = 0.1
"""Rows are of one height when they differ by less than this share; a gap of two or three such rows has lost its rule."""
_EVEN = 0.6
"""The part of the rows that must be of one height before anything is put back."""
_MOST = 4
_SLACK, _COLUMN, _HEADER = 14, 46, 6
"""Pixels by which text may reach over a rule; least width of a column in pixels; rows from the top in which headings are sought."""
_TRACE = 0.12
"""Enough of a rule's course still drawn to be its remains."""


def mended(level: list[Rule], mask: Gray, text: Sequence[Array], across: tuple[int, int]) -> list[Rule]:
    """The level rules with those put back that are missing between rows of one height, or of a height that grows evenly: on a page seen
    from its foot rows are shorter toward the top.

    `mask`: what is drawn of level rules; `text`: corners of the lines of text; `across`: left and right of the table. A rule is put back
    where traces of it are left, or where text stands on both sides of its place and hardly any across it: a header twice as high as the rows, with
    its words in the middle, stays whole.
    """
    gaps = np.diff([rule.middle for rule in level])
    if len(gaps) < 4:
        return level
    middles = np.array([(a.middle + b.middle) / 2 for a, b in zip(level[:-1], level[1:], strict=True)])
    first, second = np.triu_indices(len(gaps), 1)
    slope = float(np.median((gaps[second] - gaps[first]) / (middles[second] - middles[first])))  # Theil-Sen: the doubled ones don't count
    courses = (np.full(len(gaps), np.median(gaps)), np.maximum(np.median(gaps - slope * middles) + slope * middles, 1.0))
    usual = next((u for u in courses if float((np.abs(gaps - u) < _ALIKE * u).mean()) >= _EVEN), None)
    if usual is None:
        return level
    kept = [level[0]]
    for rule, gap, height in zip(level[1:], gaps, usual, strict=True):
        times = round(gap / height)
        if 2 <= times <= _MOST and abs(gap - times * height) < _ALIKE * height * times:
            between = [_between(kept[-1], rule, k / times) for k in range(1, times)]
            if _belong(between, kept[-1], rule, mask, text, across):
                kept += between
        kept.append(rule)
    return kept


def _between(above: Rule, below: Rule, share: float) -> Rule:
    start, end = min(above.start, below.start), max(above.end, below.end)
    along = np.arange(start, end + BIN, BIN)
    return Rule(start, above.position(along) * (1 - share) + below.position(along) * share, 0, assumed=True)


def _belong(rules: Sequence[Rule], above: Rule, below: Rule, mask: Gray, text: Sequence[Array], across: tuple[int, int]) -> bool:
    """Each of the rules has left traces, or there is text in every row between them and hardly any on them."""
    if all(_trace(rule, mask, across) > _TRACE for rule in rules):
        return True
    edges = [above, *rules, below]
    inside = [quad.mean(axis=0) for quad in text if across[0] < quad[:, 0].mean() < across[1]]
    filled, on_edge = [0] * (len(edges) - 1), 0
    for x, y in inside:
        ys = [edge.place(float(x)) for edge in edges]
        if not ys[0] < y < ys[-1]:
            continue
        row = int(np.searchsorted(ys, y)) - 1
        if abs((y - ys[row]) / (ys[row + 1] - ys[row]) - 0.5) > 0.33:
            on_edge += 1
        else:
            filled[row] += 1
    return all(filled) and sum(filled) >= max(len(filled) + 1, 3 * on_edge)


def _trace(rule: Rule, mask: Gray, across: tuple[int, int]) -> float:
    """The part of the rule's course between `across` on which something level is drawn."""
    along = np.arange(max(0, across[0]), min(mask.shape[1], across[1]), 3)
    at = rule.position(along).round().astype(int)
    near = [mask[np.clip(at + off, 0, mask.shape[0] - 1), along] > 0 for off in (-4, -2, 0, 2, 4)]
    return float(np.any(near, axis=0).mean()) if len(along) else 0.0


def with_columns(plumb: list[Rule], level: list[Rule], text: Sequence[Array]) -> list[Rule]:
    """The plumb rules with those put back that are lost: an outer one where the level rules end, an inner one where two headings stand
    in one cell and no text of the rows below lies across the space between them."""
    if len(level) < 4 or len(plumb) < 2:
        return plumb
    found = sorted([*_outer(plumb, level), *plumb], key=lambda rule: rule.middle)
    bounds = [(quad[:, 0].min(), quad[:, 0].max(), quad[:, 1].mean()) for quad in text if level[0].middle < quad[:, 1].mean() < level[-1].middle]
    added: list[Rule] = []
    for left, right in zip(found[:-1], found[1:], strict=True):
        inside = [b for b in bounds if left.place(b[2]) - _SLACK < b[0] and b[1] < right.place(b[2]) + _SLACK]
        share = _parting(inside, left, right, level)
        if share is not None:
            added.append(_between(left, right, share))
    return sorted([*found, *added], key=lambda rule: rule.middle)


def _outer(plumb: list[Rule], level: list[Rule]) -> list[Rule]:
    """Borders at the left and right, where most level rules end well outside the outermost plumb rule."""
    added = []
    for ends, rule, side in (([r.start for r in level], plumb[0], -1), ([r.end for r in level], plumb[-1], 1)):
        end = float(np.median(ends))
        if side * (end - rule.middle) > _COLUMN and float((np.abs(np.array(ends) - end) < _SLACK).mean()) > _EVEN:
            top, bottom = int(level[0].middle), int(level[-1].middle)
            added.append(Rule(top, np.full((bottom - top) // BIN + 2, end), 0, assumed=True))
    return added


def _parting(inside: Sequence[tuple[float, float, float]], left: Rule, right: Rule, level: list[Rule]) -> float | None:
    """Where, as a share of the column's width, two headings side by side part it; None where they don't, or the rows don't follow them."""
    ys = np.array([rule.middle for rule in level])
    rows = [int(np.searchsorted(ys, b[2])) - 1 for b in inside]
    for row in range(min(_HEADER, len(ys) - 1)):
        heads = sorted(b for b, at in zip(inside, rows, strict=True) if at == row)
        if len(heads) != 2 or heads[1][0] - heads[0][1] < _SLACK:
            continue
        below = [b for b, at in zip(inside, rows, strict=True) if at > row]
        a, b = _free(heads, below)
        place = (a + b) / 2
        before, behind = sum(x[1] < place for x in below), sum(x[0] > place for x in below)
        if min(before, behind) >= 3 and len(below) - before - behind <= 0.1 * len(below):
            y = heads[0][2]
            return float((place - left.place(y)) / (right.place(y) - left.place(y)))
    return None


def _free(heads: Sequence[tuple[float, float, float]], below: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """The widest stretch between two headings on which the least text of the rows lies."""
    places = np.arange(heads[0][1], heads[1][0])
    across = np.array([sum(b[0] <= x <= b[1] for b in below) for x in places])
    least = np.flatnonzero(across == across.min())
    runs = np.split(least, np.flatnonzero(np.diff(least) > 1) + 1)
    widest = max(runs, key=len)
    return float(places[widest[0]]), float(places[widest[-1]])
