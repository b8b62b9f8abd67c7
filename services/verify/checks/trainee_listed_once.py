"""三(三): nobody is claimed for twice in one claim."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Effect, Result
from services.domain.identity import normalise_number
from services.verify.checks import check
from services.verify.people import nobody, people, row_of, who
from services.verify.results import met, unmet

CODE = "trainee.duplicate"


@check
def trainee_listed_once(case: Case) -> Iterator[Result]:
    """No ID number stands in the list twice. The first listing is paid, later ones are not."""
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
        return
    yield met()
    first: dict[str, int] = {}
    for i, trainee in enumerate(people(case)):
        number = normalise_number(trainee.id_number)
        if not number or first.setdefault(number, i) == i:
            continue
        earlier = people(case)[first[number]]
        yield unmet(
            CODE,
            f"{trainee.name}（第{trainee.row}行）与第{earlier.row}行的{earlier.name}身份证号相同；只计第一处",
            f"{trainee.name} (row {trainee.row}) has the ID number of {earlier.name} in row {earlier.row}; only the first is paid",
            subject=who(trainee),
            expected=earlier.row,
            observed=trainee.row,
            evidence=(*row_of(case, i), *row_of(case, first[number])),
            trainees=(i,),
            effect=Effect.EXCLUDES,
        )
