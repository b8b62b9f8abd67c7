"""Whether a document that the law asks for was submitted and can be opened."""

from __future__ import annotations

from services.domain.case import Case
from services.domain.evidence import EvidenceKind, Place
from services.domain.finding import Result
from services.verify.aspects import refused
from services.verify.results import met, unclear, unmet


def has_document(case: Case, kinds: tuple[str, ...], *, code: str, name: tuple[str, str], folders: str) -> Result:
    """Met by one file of `kinds` that could be opened; unclear where all that there are could not; unmet where there are none."""
    files = case.of(*kinds)
    if any(e.facts is not None or not e.problems for e in files):
        return met()
    turned_away = [path for kind in kinds for path in refused(case, EvidenceKind(kind))]
    if files or turned_away:
        problems = [*(p for e in files for p in e.problems), *(p for path, p in case.intake_problems if path in turned_away)]
        zh = "；".join(dict.fromkeys(p.message.zh for p in problems))
        en = "; ".join(dict.fromkeys(p.message.en for p in problems))
        return unclear(code, f"提交的{name[0]}均无法打开（{zh}）；请重新提交", f"no {name[1]} could be opened ({en}); please submit it again", subject=kinds[0], evidence=tuple(Place(path) for path in (*(e.file.path for e in files), *turned_away)))  # fmt: skip
    return unmet(code, f"未提交{name[0]}；请放入 {folders}", f"there is no {name[1]}; put it into {folders}", subject=kinds[0], expected=1, observed=0)
