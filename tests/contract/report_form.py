"""The published form of a report, as rules: `problems(report)` lists every departure from it.

Portals and reviewers rely on these names and forms; a report that departs from them is a broken promise.
"""

from __future__ import annotations

import re
from typing import Any

from services.domain.codes import CODES, Severity
from tests.contract.form_rules import MASK, NULL, NUMBER, Rule, box_rule, money_rule, need

FACTS = {
    "video": "container_seconds playable_seconds effective_seconds recorded_at width height fps codec spans",
    "photo": "width height taken_at taken_at_source latitude longitude camera software faces hash",
    "learning_log": "people sessions face_checks rejected_rows",
}
EITHER = {"claim.rate_unknown", "sheet.date_unreadable", "sheet.unreadable", "sheet.name_ambiguous", "online.face_check_missing"}
"""Codes that are raised in more than one severity."""


def problems(report: Any) -> list[str]:
    """Every departure, in words; empty where the report holds."""
    shape = list(need(report, "report", _TOP))
    if shape:
        return shape
    out: list[str] = []
    for part in (_head, _amount, _clauses, _verdict, _score_fits, _findings, _attendance, _rows_complete, _trainees, _evidence):
        out += part(report)
    return out if out else list(_sums(report))


_TOP = {
    "report_version": int, "claim": dict, "policy": dict, "verdict": str, "score": dict, "amount": dict, "clauses": list, "findings": list,
    "attendance": list, "trainees": list, "evidence": list,
}  # fmt: skip


def _no_rate(report: Any) -> bool:
    return any(f.get("code") in ("claim.rate_unknown", "claim.training_type_unknown") for f in report["findings"])


def _unknown_amounts(report: Any) -> bool:
    return report["amount"].get("supported") is None and (_no_rate(report) or not report["trainees"])


def _head(report: Any) -> Rule:
    if report["report_version"] != 1:
        yield "report_version is not 1"
    yield from need(report["claim"], "claim", {"claim_no": None, "enterprise": None, "project": None})
    yield from need(report["policy"], "policy", {"id": str, "version": None, "title": str})
    if report["verdict"] not in ("pass", "review", "fail"):
        yield f"verdict {report['verdict']!r}"
    score = report["score"]
    shape = list(need(score, "score", {"value": NUMBER, "low": NUMBER, "high": NUMBER}))
    yield from shape
    if not shape and not 0 <= score["low"] <= score["value"] + 1e-9 <= score["high"] + 1e-6 <= 100.001:
        yield f"score is not 0 <= low <= value <= high <= 100: {score}"


def _amount(report: Any) -> Rule:
    amount = report["amount"]
    shape = list(need(amount, "amount", {"claimed": None, "supported": (str, NULL), "unclear": (str, NULL), "currency": str}))
    yield from shape
    if not shape:
        unknown = _unknown_amounts(report)
        yield from money_rule(amount["claimed"], "amount.claimed", null=True)
        yield from money_rule(amount["supported"], "amount.supported", null=unknown)
        yield from money_rule(amount["unclear"], "amount.unclear", null=unknown)


_CLAUSE = {"id": None, "article": str, "text": str, "about": str, "outcome": str, "weight": NUMBER, "critical": bool, "findings": list}


def _clauses(report: Any) -> Rule:
    if not report["clauses"]:
        yield "clauses is empty"
    for i, clause in enumerate(report["clauses"]):
        path = f"clauses[{i}]"
        shape = list(need(clause, path, _CLAUSE))
        yield from shape
        if shape:
            continue
        if clause["about"] not in ("claim", "persons"):
            yield f"{path}.about {clause['about']!r} is not claim or persons"
        if clause["outcome"] not in ("met", "unmet", "unclear", "not_applicable"):
            yield f"{path}.outcome {clause['outcome']!r}"
        yield from _pointers(clause["findings"], report, path)


def _pointers(indices: Any, report: Any, path: str) -> Rule:
    if any(not isinstance(k, int) or not 0 <= k < len(report["findings"]) for k in indices):
        yield f"{path}.findings points outside the findings"


def _verdict(report: Any) -> Rule:
    """The verdict follows from the clauses and from whether anybody may be supported."""
    clauses, amount = report["clauses"], report["amount"]
    fails = any(c.get("critical") and c.get("about") == "claim" and c.get("outcome") == "unmet" for c in clauses)
    nobody = amount.get("supported") == "0.00" and amount.get("unclear") in ("0.00", None) and bool(report["trainees"])
    open_ = [c for c in clauses if c.get("outcome") in ("unmet", "unclear")]
    open_ += [f for f in report["findings"] if f.get("severity") != "info" and f.get("outcome") in ("unmet", "unclear")]
    if (fails or nobody) != (report["verdict"] == "fail"):
        yield f"verdict {report['verdict']!r}: a critical clause about the claim unmet is {fails}, nobody to be supported is {nobody}"
    elif report["verdict"] == "pass" and any(c.get("outcome") in ("unmet", "unclear") for c in clauses):
        yield "verdict 'pass' with a clause that is not met"
    elif report["verdict"] == "review" and not open_:
        yield "verdict 'review', but nothing is unmet or unclear (infos move no verdict)"


def _score_fits(report: Any) -> Rule:
    applicable = [c for c in report["clauses"] if c.get("outcome") != "not_applicable" and isinstance(c.get("weight"), NUMBER)]
    total = sum(c["weight"] for c in applicable)
    if total:
        met, unclear = (100 * sum(c["weight"] for c in applicable if c["outcome"] == o) / total for o in ("met", "unclear"))
        low, high = report["score"].get("low", -1), report["score"].get("high", -1)
        if abs(low - met) > 0.06 or abs(high - met - unclear) > 0.06:
            yield f"score low {low} high {high}: the clauses' weights give {met:.1f} and {met + unclear:.1f}"


_FINDING = {
    "code": str, "severity": str, "outcome": str, "article": None, "message": dict, "subject": None, "expected": None, "observed": None,
    "evidence": list, "related": list,
}  # fmt: skip


def _findings(report: Any) -> Rule:
    for i, finding in enumerate(report["findings"]):
        path = f"findings[{i}]"
        shape = list(need(finding, path, _FINDING))
        yield from shape
        if not shape:
            yield from _finding_values(finding, path)
            for k, place in enumerate(finding["evidence"]):
                yield from _place(place, f"{path}.evidence[{k}]")


def _finding_values(finding: Any, path: str) -> Rule:
    code, severity, outcome = finding["code"], finding["severity"], finding["outcome"]
    if severity not in ("info", "warning", "critical"):
        yield f"{path}.severity {severity!r}"
    if outcome not in ("unmet", "unclear", "met"):
        yield f"{path}.outcome {outcome!r}"
    if severity == "info" and outcome != "met":
        yield f"{path} ({code}) is an info with outcome {outcome!r}"
    if outcome == "unclear" and severity == "critical":
        yield f"{path} ({code}) is unclear and critical: an unclear finding is a warning at most"
    if code in CODES and code not in EITHER and outcome == "unmet" and severity != CODES[code].severity:
        yield f"{path}: {code} is {severity}, {Severity(CODES[code].severity).value} by its nature"
    said = finding["message"]
    if not all(isinstance(said.get(k), str) and said[k] for k in ("zh", "en")):
        yield f"{path}.message needs zh and en"


def _place(place: Any, path: str) -> Rule:
    if not isinstance(place, dict) or not isinstance(place.get("file", ""), str):
        yield f"{path} has no file"
        return
    yield from box_rule(place.get("box"), f"{path}.box")
    if place.get("page") is not None and not (isinstance(place["page"], int) and place["page"] >= 1):
        yield f"{path}.page does not count from 1"
    if place.get("seconds") is not None and not (isinstance(place["seconds"], list) and len(place["seconds"]) == 2):
        yield f"{path}.seconds"


_SHEET = {"file": str, "page": int, "date": (str, NULL), "part": (str, NULL), "session": (int, NULL), "rows": list}
_ROW = {
    "row": int, "box": (list, NULL), "status": str, "name": (str, NULL), "id_number": (str, NULL), "confidence": (int, float, NULL), "candidates": list,
    "signed": dict,
}  # fmt: skip


def _attendance(report: Any) -> Rule:
    for i, sheet in enumerate(report["attendance"]):
        path = f"attendance[{i}]"
        shape = list(need(sheet, path, _SHEET))
        yield from shape
        if shape:
            continue
        if sheet["part"] not in ("am", "pm", "day", None):
            yield f"{path}.part {sheet['part']!r}"
        if sheet["page"] < 1:
            yield f"{path}.page does not count from 1"
        numbers = [r["row"] for r in sheet["rows"] if isinstance(r, dict) and isinstance(r.get("row"), int)]
        if len(numbers) != len(set(numbers)):
            yield f"{path}: a row is listed twice: {sorted(numbers)[:12]}"
        for k, row in enumerate(sheet["rows"]):
            shape = list(need(row, f"{path}.rows[{k}]", _ROW))
            yield from shape or _row_values(row, f"{path}.rows[{k}]")


def _row_values(row: Any, path: str) -> Rule:
    yield from box_rule(row["box"], path + ".box")
    signed = row["signed"]
    if row.get("mark") is not None and not isinstance(row["mark"], str):
        yield f"{path}.mark is no text"
    if row["status"] not in ("matched", "ambiguous", "unknown", "crossed_out", "empty"):
        yield f"{path}.status {row['status']!r}"
    if row["status"] == "crossed_out" and any(signed.values()):
        yield f"{path} is crossed out and signed"
    if any(re.search(r"\s", str(k)) or not k for k in signed):
        yield f"{path}.signed: a column's name has blanks or is empty"
    if any(not isinstance(v, bool) for v in signed.values()):
        yield f"{path}.signed values must be booleans"
    if row["status"] == "matched" and not (row["name"] and row["id_number"]):
        yield f"{path} is matched but names nobody"
    if row["id_number"] and not MASK.fullmatch(row["id_number"]):
        yield f"{path}.id_number is not masked"
    if row["confidence"] is not None and not 0 <= row["confidence"] <= 1:
        yield f"{path}.confidence {row['confidence']}"
    if any(c.get("id_number") and not MASK.fullmatch(str(c["id_number"])) for c in row["candidates"]):
        yield f"{path}.candidates: an id_number is not masked"


def _rows_complete(report: Any) -> Rule:
    seen: dict[tuple[str, int], set[int]] = {}
    for sheet in report["attendance"]:
        seen.setdefault((sheet.get("file"), sheet.get("page")), set()).update(r.get("row") for r in sheet.get("rows") or ())
    for (file, page), numbers in seen.items():
        if numbers and numbers != set(range(1, max(numbers) + 1)):
            yield f"attendance of {file} page {page}: rows do not count from 1, every one listed ({sorted(numbers)[:12]})"


_TRAINEE = {
    "name": str, "id_number": str, "sessions_signed": int, "online_minutes_logged": NUMBER, "online_minutes_verified": NUMBER,
    "class_hours_claimed": (str, NULL), "class_hours_supported": str, "amount_claimed": (str, NULL), "amount_supported": (str, NULL), "findings": list,
}  # fmt: skip


def _trainees(report: Any) -> Rule:
    unknown = _unknown_amounts(report)
    for i, trainee in enumerate(report["trainees"]):
        path = f"trainees[{i}]"
        shape = list(need(trainee, path, _TRAINEE))
        yield from shape
        if shape:
            continue
        yield from money_rule(trainee["amount_supported"], path + ".amount_supported", null=unknown)
        yield from money_rule(trainee["amount_claimed"], path + ".amount_claimed", null=True)
        yield from _pointers(trainee["findings"], report, path)
        if trainee["id_number"] and not MASK.fullmatch(trainee["id_number"]):
            yield f"{path}.id_number is not masked"


def _sums(report: Any) -> Rule:
    """The total is the trainees' sum, within what they ask for, and every loss has a finding."""
    amount, trainees = report["amount"], report["trainees"]
    if not trainees or amount["supported"] is None:
        return
    total = sum(float(t["amount_supported"] or 0) for t in trainees)
    if abs(total - float(amount["supported"])) > 0.005:
        yield f"supported amount {amount['supported']} is not the trainees' sum {total:.2f}"
    told = any(f["severity"] != "info" and f["outcome"] != "met" for f in report["findings"])
    for t in trainees:
        short = t["amount_claimed"] is not None and float(t["amount_supported"] or 0) < float(t["amount_claimed"]) - 0.005
        if short and not t["findings"] and not told:
            yield f"{t['amount_supported']} of {t['amount_claimed']} supported for {t['id_number']}, and no finding says why"
    asked = [t["amount_claimed"] for t in trainees]
    if None not in asked and float(amount["supported"]) + float(amount["unclear"]) > sum(map(float, asked)) + 0.005:
        yield f"supported {amount['supported']} and unclear {amount['unclear']} are more than the trainees ask for"


def _evidence(report: Any) -> Rule:
    broken = {
        p.get("file")
        for f in report["findings"]
        if f.get("code", "").startswith("file.") or f.get("code") == "video.unplayable"
        for p in f.get("evidence") or ()
    }
    for i, entry in enumerate(report["evidence"]):
        path = f"evidence[{i}]"
        shape = list(need(entry, path, {"file": str, "kind": (str, NULL), "sha256": str, "facts": (dict, NULL)}))
        yield from shape
        if shape:
            continue
        for name in FACTS.get(entry["kind"], "").split():
            if entry["facts"] and name not in entry["facts"] and entry["file"] not in broken:
                yield f"{path} ({entry['file']}).facts.{name} is missing"
