"""五(四): the commitment letter in the application bears the enterprise's red seal, a signature and its code."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.evidence import Place
from services.domain.facts import DocumentFacts
from services.domain.finding import Result
from services.domain.identity import normalise_number, uscc_problem
from services.verify.checks import check
from services.verify.documents import packed, printed_codes
from services.verify.results import met, not_applicable, unclear, unmet

SEAL, SIGNATURE, ENTERPRISE = "documents.seal_missing", "documents.signature_missing", "documents.wrong_enterprise"


@check
def application_letter(case: Case) -> Iterator[Result]:
    """Of the application documents that came with the claim: the commitment letter, 五(四) and 附件2, and the licence's code, 五(一).

    What the program does not see on a picture a person may: a missing seal or signature is for a reviewer.
    """
    documents = [(item.file.path, item.facts) for item in case.of("application") if isinstance(item.facts, DocumentFacts)]
    letters = [(path, facts) for path, facts in documents if "承诺书" in packed(facts.text) or "郑重承诺" in packed(facts.text)]
    licences = [(path, facts) for path, facts in documents if "营业执照" in packed(facts.text)[:400]]
    if not letters and not licences:
        yield not_applicable()  # handed in with the year's application, not with each claim
        return
    yield met()
    for path, facts in letters:
        yield from _seal(path, facts)
        if facts.signed and not any(inked for _, inked in facts.signed):
            yield unclear(SIGNATURE, f"承诺书{path}的法定代表人签字处未见签名，请人工查看", f"nothing is seen where the legal representative signs {path}: look at it",
                          subject=path, evidence=tuple(Place(path, page=page) for page, _ in facts.signed), confidence=0.4)  # fmt: skip
    for path, facts in (*letters, *licences):
        yield from _code(case, path, facts)


def _seal(path: str, facts: DocumentFacts) -> Iterator[Result]:
    if facts.seals:
        return
    if facts.colour_pages == 0 and facts.text_source == "ocr":
        yield unclear(SEAL, f"承诺书{path}为黑白扫描件，无法辨认是否加盖公章，请提供彩色扫描件或人工核对", f"{path} was scanned in grey, so a red seal cannot be told: hand in a colour scan",
                      subject=path, evidence=(Place(path),), confidence=0.6)  # fmt: skip
    elif facts.text_source == "ocr":
        yield unclear(SEAL, f"承诺书{path}上未见红色公章，请人工查看", f"no red seal is seen on the commitment letter {path}: look at it", subject=path,
                      evidence=(Place(path),), confidence=0.3)  # fmt: skip
    else:
        yield unmet(SEAL, f"承诺书{path}为电子文稿，没有公章图样；请上传加盖公章的扫描件", f"the commitment letter {path} is a typed file without a seal; hand in the sealed letter's scan",
                    subject=path, evidence=(Place(path),))  # fmt: skip


def _code(case: Case, path: str, facts: DocumentFacts) -> Iterator[Result]:
    """The code printed is the claim's."""
    codes, own = printed_codes(facts), normalise_number(case.claim.enterprise.uscc)
    if own in codes or not own:
        return
    if not codes:
        yield unclear(ENTERPRISE, f"{path}中未识别到统一社会信用代码（申报为{own}），请人工核对", f"no unified social credit code is read in {path} (the claim has {own}): check by eye",
                      subject=path, expected=own, evidence=(Place(path),), confidence=0.6)  # fmt: skip
    elif facts.text_source == "text" or uscc_problem(codes[0]) is None:
        yield unmet(ENTERPRISE, f"{path}的统一社会信用代码{codes[0]}与申报的{own}不符", f"{path} has the unified social credit code {codes[0]}, the claim {own}", subject=path,
                    expected=own, observed=codes[0], evidence=(Place(path),))  # fmt: skip
    else:
        yield unclear(ENTERPRISE, f"{path}的统一社会信用代码识别为{codes[0]}，与申报的{own}不一致，请人工核对", f"the code in {path} reads {codes[0]}, the claim has {own}: check by eye",
                      subject=path, expected=own, observed=codes[0], evidence=(Place(path),))  # fmt: skip
