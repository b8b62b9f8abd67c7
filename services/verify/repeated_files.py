"""Files that were handed in twice, told as infos: the same bytes, or one sheet copied twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, ReuseKind
from services.domain.evidence import EvidenceKind, Place, Related
from services.domain.finding import Result
from services.verify.aspects import same_page_twice
from services.verify.results import info

_TOLD_ELSEWHERE = frozenset((EvidenceKind.FACE,))
"""The same snapshot twice is a replayed one."""


def repeated_files(case: Case) -> Iterator[Result]:
    """Files handed in twice: the same bytes, or one sheet copied twice. (Pictures alike but not the same are duplicates of their kind.)"""
    pairs: dict[str, str] = {}
    first: dict[str, str] = {}
    for item in sorted(case.evidence, key=lambda e: e.file.path):
        if item.file.size and item.file.kind not in _TOLD_ELSEWHERE and (known := first.setdefault(item.file.sha256, item.file.path)) != item.file.path:
            pairs[item.file.path] = known
    for reuse in case.reuse:
        twice = reuse.kind is ReuseKind.FILE or (reuse.kind is ReuseKind.SHEET and same_page_twice(case, reuse))
        if reuse.claim_no is None and twice and reuse.place.file != reuse.other.file:
            pairs.setdefault(reuse.place.file, reuse.other.file)
    for one, other in pairs.items():
        yield info("file.duplicate", f"{one}与{other}内容相同，只计一次", f"{one} is the same as {other}; counted once", subject=one, evidence=(Place(one), Place(other)),
                   related=(Related(case.claim.claim_no, other),))  # fmt: skip
