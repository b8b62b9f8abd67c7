"""How checks speak of trainees: masked, by their row in the trainees file; and what to say when there is no such file."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from services.domain.case import Case
from services.domain.claim import Trainee
from services.domain.evidence import Place
from services.domain.finding import Result
from services.domain.identity import mask_id_number
from services.verify.results import unclear


def people(case: Case) -> tuple[Trainee, ...]:
    """The trainees; none without the file."""
    return case.trainees.people if case.trainees else ()


def has_roster(case: Case) -> bool:
    """Whether there is a roster with at least one row that could be taken."""
    return case.roster is not None and bool(case.roster.people if case.roster.rows is None else case.roster.rows)


def nobody(case: Case, code: str) -> Result | None:
    """The unclear result of a check about people where the claim lists none; None where it lists some."""
    if people(case):
        return None
    if case.trainees is None:
        return unclear(
            code,
            "未提供可读取的培训补贴人员信息（trainees），无法逐人核对；请补充该文件",
            "there is no readable trainees file, so nobody can be looked at; please add it",
            subject="trainees",
        )
    return unclear(
        code,
        f"人员信息文件 {case.trainees.file} 中没有可用的人员；请检查表头和内容",
        f"the trainees file {case.trainees.file} lists nobody that could be taken; check its header and rows",
        subject=case.trainees.file,
    )


def who(trainee: Trainee) -> str:
    """A trainee as the subject of a finding: name and masked ID number."""
    return f"{trainee.name} {mask_id_number(trainee.id_number)}".strip()


def row_of(case: Case, index: int) -> tuple[Place, ...]:
    """The trainee's row in the trainees file, as evidence."""
    if case.trainees is None:
        return ()
    return (Place(case.trainees.file, row=case.trainees.people[index].row),)


@lru_cache(maxsize=4096)
def same_word(text: str | None) -> str:
    """A word for comparing: full-width forms, blanks and letter case do not matter."""
    return "".join(unicodedata.normalize("NFKC", text or "").split()).casefold()
