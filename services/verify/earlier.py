"""A trainee's earlier subsidies: those declared as paid this year and those of claims submitted before; and what a claim tells later ones."""

from __future__ import annotations

from services.domain.case import Case, OtherSubsidy
from services.domain.claim import PaidSubsidy
from services.domain.finding import Judgement
from services.domain.identity import normalise_number
from services.domain.index import SubsidyEntry
from services.verify.people import people, same_word

_LEVELS = {"五级": "5", "初级": "5", "四级": "4", "中级": "4", "三级": "3", "高级": "3", "二级": "2", "技师": "2", "一级": "1", "高级技师": "1"}


def earlier_subsidies(case: Case) -> list[tuple[int, tuple[OtherSubsidy, ...]]]:
    """All trainees (index, in their order) with theirs, each once: a claim known here that the enterprise declares as paid too
    (same project name) is one subsidy, not two."""
    paid: dict[str, list[PaidSubsidy]] = {}
    for entry in case.claim.paid_this_year or ():
        paid.setdefault(normalise_number(entry.id_number), []).append(entry)
    known: dict[int, list[OtherSubsidy]] = {}
    for subsidy in case.subsidies:
        if subsidy.claim_no is not None:
            known.setdefault(subsidy.trainee, []).append(subsidy)
    found: list[tuple[int, tuple[OtherSubsidy, ...]]] = []
    for index, person in enumerate(people(case)):
        number = normalise_number(person.id_number) if paid else ""
        declared = [OtherSubsidy(index, p.occupation, p.level, p.project, p.date) for p in (paid.get(number, ()) if number else ())]
        found.append((index, (*declared, *_not_among(declared, known.get(index, [])))))
    return found


def _not_among(declared: list[OtherSubsidy], stored: list[OtherSubsidy]) -> list[OtherSubsidy]:
    """The stored ones without those that are declared too."""
    names = [same_word(s.project) for s in declared if s.project]
    rest = []
    for claim in stored:
        if same_word(claim.project) in names:
            names.remove(same_word(claim.project))
        else:
            rest.append(claim)
    return rest


def same_level(a: str | None, b: str | None) -> bool:
    """四级, 四级工, 中级工, 四级/中级工 and 4 are one level of the five of the national system."""
    return _level(a) == _level(b)


def _level(text: str | None) -> str:
    word = same_word(text)
    for name in sorted(_LEVELS, key=len, reverse=True):
        if name in word:
            return _LEVELS[name]
    return word.removesuffix("级").removeprefix("level")


def subsidy_entries(case: Case, judgement: Judgement) -> tuple[SubsidyEntry, ...]:
    """What later claims of the same people are told: a subsidy that is sure, or one that waits for a human (a rate set elsewhere too).

    Who is paid nothing has had no subsidy.
    """
    project, people_ = case.claim.project, people(case)
    return tuple(
        SubsidyEntry(people_[due.trainee].id_number, project.occupation, project.level, project.name, project.start, certain=bool(due.amount_supported))
        for due in judgement.entitlements
        if people_[due.trainee].id_number and (due.amount_supported is None or due.amount_supported > 0 or (due.amount_unclear or 0) > 0)
    )
