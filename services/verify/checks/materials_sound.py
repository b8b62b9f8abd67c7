"""Every file can be opened and read, and is what its name says."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, Evidence, FileProblem
from services.domain.codes import CODES, Severity
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import DocumentFacts, LearningLogFacts, SheetFacts
from services.domain.finding import Outcome, Result
from services.verify.checks import check
from services.verify.repeated_files import repeated_files
from services.verify.results import met, not_applicable, unclear

_NOT_READ = frozenset((EvidenceKind.FACE,))
"""Kinds whose files have facts only as a set."""


@check
def materials_sound(case: Case) -> Iterator[Result]:
    """Unreadable, mislabelled, encrypted, empty and oversized files, unplayable videos, illegible sheets, 附件2 一. The rest is verified all the same."""
    if not case.evidence and not case.intake_problems:
        yield not_applicable()
        return
    told: set[tuple[str, str]] = set()
    findings = []
    for path, problem in _problems(case):
        if (path, problem.code) not in told:
            told.add((path, problem.code))
            findings.append(_finding(path, problem))
    findings += [*_unread(case), *_blank(case), *_illegible(case), *repeated_files(case)]
    yield from findings or (met(),)


def _problems(case: Case) -> Iterator[tuple[str, FileProblem]]:
    yield from case.intake_problems
    for item in case.evidence:
        for problem in item.problems:
            yield item.file.path, problem


def _finding(path: str, problem: FileProblem) -> Result:
    code = CODES[problem.code]
    if code.severity is Severity.INFO:
        outcome = Outcome.MET
    else:
        outcome = Outcome.UNCLEAR if code.unclear else Outcome.UNMET
    return Result(outcome, problem.code, problem.message, subject=path, evidence=(Place(path),))


def _unread(case: Case) -> Iterator[Result]:
    for item in case.evidence:
        if item.facts is None and not item.problems and item.file.kind is not None and item.file.kind not in _NOT_READ:
            yield unclear("file.unreadable", f"{item.file.path}未能识读，请人工查看", f"{item.file.path} was not read; look at it", subject=item.file.path,
                          evidence=(Place(item.file.path),))  # fmt: skip


def _blank(case: Case) -> Iterator[Result]:
    """Files that open and are what they say, and in which nothing stands."""
    for item in case.evidence:
        facts, path = item.facts, item.file.path
        if isinstance(facts, LearningLogFacts) and not (facts.sessions or facts.checks or facts.rejected):
            yield unclear("file.empty", f"{path}只有表头，没有学习或人脸核验记录，请核对后重新导出", f"{path} has a header and no records; export it again",
                          subject=path, evidence=(Place(path),))  # fmt: skip
        elif isinstance(facts, DocumentFacts) and not (facts.text.strip() or facts.table_rows or facts.invoices):
            yield unclear("file.empty", f"{path}可以打开，但未读出任何文字，请人工查看", f"{path} opens, but nothing was read in it; look at it",
                          subject=path, evidence=(Place(path),))  # fmt: skip


def _illegible(case: Case) -> Iterator[Result]:
    for item in case.of(EvidenceKind.SIGN_IN_SHEET.value):
        yield from _pages(item)


def _pages(item: Evidence) -> Iterator[Result]:
    if not isinstance(item.facts, SheetFacts) or any(problem.code == "sheet.unreadable" for problem in item.problems):
        return
    for page in item.facts.pages:
        if not page.legible:
            where = f"{item.file.path}第{page.page}页"
            yield unclear("sheet.unreadable", f"签到表{where}模糊、残缺或不是签到表，无法辨读，请人工查看或重新扫描", f"{item.file.path}, page {page.page} cannot be read: scan it again",
                          subject=item.file.path, evidence=(Place(item.file.path, page=page.page),))  # fmt: skip
