"""三(二): whose training is supported."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Effect, Result
from services.verify.checks import check
from services.verify.people import nobody, people, row_of, same_word, who
from services.verify.results import met, unclear, unmet

CODE = "trainee.category_unsupported"


@check
def trainee_category(case: Case) -> Iterator[Result]:
    """The trainee's category, else the one in the roster, is among the rules' categories; if not, the money waits for a human."""
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
        return
    supported = {same_word(name) for name in case.rules.categories}
    known = "、".join(name for name in case.rules.categories if not name.isascii())
    yield met()
    for i, trainee in enumerate(people(case)):
        category = trainee.category or _of_roster(case, i)
        if not category:
            yield unclear(CODE, f"{trainee.name}未填写人员类别，名单中也没有；请补充", f"neither the trainees file nor the roster has a category for {trainee.name}; please add it",
                          subject=who(trainee), expected=known, evidence=row_of(case, i), trainees=(i,), effect=Effect.WITHHOLDS)  # fmt: skip
        elif same_word(category) not in supported:
            yield unmet(CODE, f"{trainee.name}的人员类别“{category}”不在支持范围，补贴待人工确认", f"the category “{category}” of {trainee.name} is not supported; the money waits for a reviewer",
                        subject=who(trainee), expected=known, observed=category, evidence=row_of(case, i), trainees=(i,), effect=Effect.WITHHOLDS)  # fmt: skip


def _of_roster(case: Case, index: int) -> str | None:
    if case.roster is None:
        return None
    return next((case.roster.people[k].category for k in case.insured_rows[index] if case.roster.people[k].category), None)
