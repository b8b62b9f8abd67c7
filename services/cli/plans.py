"""`hezheng import-plan` and `hezheng public-list`: the year's plan comes in as draft claims, the monthly list goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from services.adapters.repository.claims import ClaimExists
from services.adapters.store import Store
from services.cli.serving import installed_store
from services.domain.claim import Claim
from services.domain.errors import EvidenceError
from services.domain.identity import normalise_number, uscc_problem
from services.ingest.plan_table import read_plan
from services.report.public_list import Month, of_month, public_list

_NOT_PUBLISHED = ("rejected",)


def import_plan(file: Path, *, name: str | None, uscc: str | None, data: Path | None) -> int:
    """0: at least one project was taken (or known before); 2: none could be."""
    enterprise: dict[str, Any] = {key: value for key, value in (("name", name), ("uscc", normalise_number(uscc) or None)) if value}
    if "uscc" in enterprise and (problem := uscc_problem(enterprise["uscc"])) is not None:
        typer.echo(f"--uscc {uscc}: {problem.zh} / {problem.en}", err=True)
        return 2
    try:
        plan = read_plan(file, file.name, enterprise=enterprise)
    except EvidenceError as error:
        typer.echo(f"{file}: {error.message.zh} / {error.message.en}", err=True)
        return 2
    except OSError as error:
        typer.echo(f"{file}: 无法打开 / cannot be opened: {error.strerror}", err=True)
        return 2
    for row in plan.rejected:
        typer.echo(f"{file.name}:{row.row}: {row.reason.zh} / {row.reason.en}", err=True)
    with installed_store(data) as store:
        for draft in plan.rows:
            try:
                store.repository.put_claim(draft.claim, dict(draft.raw), replace=False)
                said = "已建立草稿 / draft"
            except ClaimExists:
                said = "已存在，未改动 / known already, left as it is"
            typer.echo(f"{draft.claim.claim_no}  {draft.claim.project.name}  {draft.claim.project.start} – {draft.claim.project.end}  {said}")
    typer.echo(f"{len(plan.rows)} 个项目 / projects, {len(plan.rejected)} 行未采用 / rows refused")
    return 0 if plan.rows else 2


def write_public_list(month: str, *, out: Path | None, data: Path | None) -> int:
    """0: the workbook was written (also where no training lies in the month); 2: no such month."""
    try:
        asked = Month.of(month)
    except ValueError:
        typer.echo(f"--month {month}: 应为年月，如 2021-11 / a month such as 2021-11 is expected", err=True)
        return 2
    target = out or Path(f"公示-{month}.xlsx")
    with installed_store(data) as store:
        listed = of_month(_claims(store), asked)
    target.write_bytes(public_list(listed))
    typer.echo(f"{target}: {len({c.enterprise.name for c in listed})} 家企业 / enterprises, {len(listed)} 个项目 / projects")
    return 0


def _claims(store: Store) -> Iterator[Claim]:
    """Every claim of the store that may be published."""
    after: str | None = None
    while page := store.repository.claims(after=after, limit=200):
        after = page[-1].cursor
        yield from (store.repository.claim(summary.id).claim for summary in page if summary.status not in _NOT_PUBLISHED)
