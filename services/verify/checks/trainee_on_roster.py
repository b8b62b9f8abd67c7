"""二: every trainee is on the enterprise's insured roster."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.claim import Trainee
from services.domain.finding import Effect, Result
from services.domain.identity import id_number_problem, mask_id_number, normalise_number
from services.verify.checks import check
from services.verify.people import has_roster, nobody, people, row_of, same_word, who
from services.verify.results import met, unclear, unmet

CODE = "trainee.not_on_roster"


@check
def trainee_on_roster(case: Case) -> Iterator[Result]:
    """By ID number. Without a roster nobody can be looked up and all money waits.

    An ID number that cannot be one (`trainee.id_invalid`) cannot be looked up either, and costs the money already.
    """
    missing = nobody(case, CODE)
    if missing is not None:
        yield missing
        return
    if case.roster is None or not has_roster(case):
        yield unclear(CODE, "未提供可读取的参保名单（roster），无法核对参保人员；请补充", "there is no readable roster of insured people to look the trainees up in; please add it",
                      subject="roster", effect=Effect.WITHHOLDS)  # fmt: skip
        return
    yield met()
    for i, trainee in enumerate(people(case)):
        if case.insured_rows[i] or id_number_problem(normalise_number(trainee.id_number)) is not None:
            continue
        zh, en = _hint(case, trainee)
        yield unmet(
            CODE,
            f"{trainee.name}的身份证号不在参保名单中{zh}",
            f"the ID number of {trainee.name} is not on the insured roster{en}",
            subject=who(trainee),
            evidence=row_of(case, i),
            trainees=(i,),
            effect=Effect.EXCLUDES,
        )


def _hint(case: Case, trainee: Trainee) -> tuple[str, str]:
    """Where the roster has the name under another number: that is likelier a slip than a stranger."""
    rows = case.roster.people if case.roster else ()
    others = sorted({mask_id_number(p.id_number) for p in rows if same_word(p.name) == same_word(trainee.name)} - {""})
    if not others:
        return "", ""
    listed = "、".join(others[:3])
    return f"（名单中有同名人员 {listed}，请核对是否填错）", f" (it has the same name with {listed}: check for a slip)"
