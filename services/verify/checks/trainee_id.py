"""四(四): every trainee's ID number can be one."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Effect, Result
from services.domain.identity import id_number_problem, normalise_number
from services.verify.checks import check
from services.verify.people import nobody, people, row_of, who
from services.verify.results import met, unmet

CODE = "trainee.id_invalid"


@check
def trainee_id(case: Case) -> Iterator[Result]:
    """Form, date of birth and check digit of GB 11643. Nothing is paid on a number that cannot be anybody's."""
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
        return
    yield met()
    for i, trainee in enumerate(people(case)):
        problem = id_number_problem(normalise_number(trainee.id_number))
        if problem is not None:
            yield unmet(
                CODE,
                f"{trainee.name}：{problem.zh}；请核对身份证",
                f"{trainee.name}: {problem.en}; compare it with the ID card",
                subject=who(trainee),
                evidence=row_of(case, i),
                trainees=(i,),
                effect=Effect.EXCLUDES,
            )
