"""Writes the reference pages that come out of the program itself: `python infra/write_docs.py` (with `--check`: only compares)."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from services.adapters.access import GRANTS
from services.adapters.settings import Settings
from services.domain.codes import CODES
from services.domain.policy import MANUAL, Policy
from services.ingest.api.gates import gated_calls
from services.ingest.app import create_app
from services.report.pages import pages_router
from services.verify.checks import all_checks
from services.verify.policy_file import list_policies
from services.verify.readers import all_readers

DOCS = Path(__file__).resolve().parent.parent / "docs"


def findings_page() -> str:
    lines = [
        "# Finding codes",
        "",
        "Stable names that portals and reviewers rely on. An unmet finding has the severity given here, an unclear one is a warning at most,",
        "an info never moves the verdict.",
        "",
    ]
    lines += ["| code | severity | 含义 | meaning |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {'unclear' if code.unclear else code.severity.value} | {code.zh} | {code.en} |" for name, code in CODES.items()]
    return "\n".join(lines) + "\n"


def parts_page() -> str:
    lines = ["# Readers and checks", "", "## Readers", "", "| reader | version | kinds |", "|---|---|---|"]
    lines += [f"| `{r.name}` | {r.version} | {', '.join(k.value for k in r.kinds)} |" for r in all_readers()]
    lines += ["", "## Checks", "", "| check | what it asks | values |", "|---|---|---|"]
    for name, function in sorted(all_checks().items()):
        values = ", ".join(f"`{p}`" for p in list(inspect.signature(function).parameters)[1:]) or "–"
        lines.append(f"| `{name}` | {(inspect.getdoc(function) or '').splitlines()[0]} | {values} |")
    return "\n".join(lines) + "\n"


def policy_page(policy: Policy) -> str:
    lines = [f"# {policy.title}", "", f"`{policy.id}`, version {policy.version}, in force {policy.valid_from} – {policy.valid_to}. Source: {policy.source}", ""]
    lines += [
        "The sentence of the document on the left, what is checked on the right. Weights enter the score; an unmet critical clause about the claim fails it.",
        "",
    ]
    lines += ["| article | the document says | what is checked | weight |", "|---|---|---|---|"]
    for clause in policy.clauses:
        if clause.check == MANUAL:
            what = "人工审核 by a reviewer"
        else:
            values = "; ".join(f"from {day}: {_values(v)}" for day, v in clause.values.by_day if v)
            what = f"`{clause.check}` ({clause.about}){'<br>' + values if values else ''}"
        practice = "（审核惯例 practice）" if clause.practice else ""
        lines.append(f"| {clause.article} | {practice}{clause.text} | {what} | {clause.weight}{' critical' if clause.critical else ''} |")
    return "\n".join(lines) + "\n"


def _values(values: object) -> str:
    assert hasattr(values, "items")
    return ", ".join(f"{k} = {'、'.join(map(str, v)) if isinstance(v, list | tuple) else v}" for k, v in values.items())


def rights_page() -> str:
    """Which role passes which gate."""
    lines = [
        "# Who may call what",
        "",
        "Roles of users and scopes of keys. A key bound to enterprises has the same rights over those enterprises only, and no batches.",
        "",
    ]
    lines += [f"| call | right | {' | '.join(GRANTS)} |", "|---|---|" + "---|" * len(GRANTS)]
    for method, path, right in sorted(
        gated_calls(create_app(Settings(), [pages_router()]).state.gated), key=lambda c: (not c[1].startswith("/api"), c[1], c[0])
    ):
        marks = ["✓" if right is None or right in granted else "–" for granted in GRANTS.values()]
        lines.append(f"| {method} `{path}` | {'everybody' if right is None else right.value} | {' | '.join(marks)} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Path -> what must stand there."""
    found = {DOCS / "findings.md": findings_page(), DOCS / "readers-and-checks.md": parts_page(), DOCS / "rights.md": rights_page()}
    return found | {DOCS / f"policy-{p.id}.md": policy_page(p) for p in list_policies()}


def main() -> int:
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(DOCS.parent)} is not what the program says: run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
