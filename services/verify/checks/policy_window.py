"""有效期: the training lies within the policy's validity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.domain.case import Case
from services.domain.finding import Effect, Result
from services.verify.checks import check
from services.verify.results import met, unmet


@check
def policy_window(case: Case, *, first: date, last: date) -> Iterator[Result]:
    """The training begins on or after `first` and ends on or before `last`: one that crosses a border lies outside."""
    project = case.claim.project
    if first <= project.start and project.end <= last:
        yield met()
        return
    yield unmet(
        "claim.outside_policy_window",
        f"培训时间 {project.start} 至 {project.end} 不在政策有效期 {first} 至 {last} 内",
        f"the training from {project.start} to {project.end} is not within the policy's validity, {first} to {last}",
        subject="project",
        expected=f"{first}/{last}",
        observed=f"{project.start}/{project.end}",
        effect=Effect.EXCLUDES,
    )
