"""Photos are as the camera made them."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.evidence import Place
from services.domain.facts import PhotoFacts
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.results import met, not_applicable, unmet


@check
def materials_unaltered(case: Case) -> Iterator[Result]:
    """Photos with an editing program's mark, and screenshots, 附件2 一. They are counted, but looked at."""
    photos = [(item.file.path, item.facts) for item in case.of("photo") if isinstance(item.facts, PhotoFacts)]
    if not photos:
        yield not_applicable()
        return
    findings = [result for path, facts in photos for result in _photo(path, facts)]
    yield from findings or (met(),)


def _photo(path: str, facts: PhotoFacts) -> Iterator[Result]:
    if facts.edited_by:
        yield unmet("photo.edited", f"照片{path}经{facts.edited_by}编辑，请提供原始照片", f"{path} was edited with {facts.edited_by}; hand in the original", subject=path,
                    observed=facts.edited_by, evidence=(Place(path),))  # fmt: skip
    if facts.screenshot:
        yield unmet("photo.screenshot", f"照片{path}为截屏（{facts.screenshot}），请提供原始照片", f"{path} is a screenshot ({facts.screenshot}); hand in the original photo",
                    subject=path, observed=facts.screenshot, evidence=(Place(path),))  # fmt: skip
