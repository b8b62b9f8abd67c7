"""The report as JSON, in the published form."""

from __future__ import annotations

import json

from services.domain.report import Report


def report_json(report: Report) -> str:
    """UTF-8 text, readable as it is; refuses NaN, which is no JSON."""
    return json.dumps(report.to_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
