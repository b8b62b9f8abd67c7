"""The words for what the log of a claim says was done."""

from __future__ import annotations

from collections.abc import Mapping

from services.adapters.repository.records import Access
from services.domain.codes import CODES
from services.domain.review import Proposal
from services.report.export.words import Pair

ACTIONS: dict[str, Pair] = {
    "claim": ("查看申报", "opened the claim"),
    "sheet": ("查看签到表", "looked at a sheet"),
    "photos": ("查看照片", "looked at the photos"),
    "video": ("查看视频", "looked at a video"),
    "online": ("查看线上学习", "looked at the online learning"),
    "original": ("取得原件", "fetched an original"),
    "finding.accept": ("采纳发现", "accepted a finding"),
    "finding.dismiss": ("否定发现", "dismissed a finding"),
    "finding.withdrawn": ("撤回对发现的意见", "took back an opinion on a finding"),
    "correction": ("更正签到行", "corrected a row"),
    "correction.withdrawn": ("撤回更正", "took back a correction"),
    "assignment": ("接手经办", "took the claim"),
    "assignment.withdrawn": ("放回经办", "gave the claim back"),
    "decision.approve.waiting": ("提出通过，待第二人", "proposed approval, a second person has to agree"),
    "decision.approve.final": ("决定通过", "approved"),
    "decision.approve.undone": ("撤回通过", "took the approval back"),
    "decision.reject.final": ("决定驳回", "rejected"),
    "decision.return.final": ("决定退回补正", "returned"),
    "purge": ("清除材料", "purged the evidence"),
    "verify.again": ("因更正、其他申报或名册变化重新核验", "verified again: a correction, another claim or the roster"),
}


def what(access: Access, files: Mapping[str, str], decisions: Mapping[str, Proposal]) -> Pair:
    """What an entry was about: the finding, the file with page and row, the amount and reason of a decision. `files`: id of the evidence -> path."""
    kind, detail = access.action.split(".")[0], access.detail
    if kind == "finding" and detail in CODES:
        return CODES[detail].zh, CODES[detail].en
    if kind == "decision" and detail in decisions:
        return (_decided(decisions[detail]),) * 2
    name, *place = detail.split() or [""]
    if name not in files:
        return "", ""
    zh = "".join(f"第{number}{unit}" for number, unit in zip(place, ("页", "行"), strict=False))
    en = "".join(f", {unit} {number}" for number, unit in zip(place, ("page", "row"), strict=False))
    return f"{files[name]}{zh}", f"{files[name]}{en}"


def _decided(proposal: Proposal) -> str:
    return " · ".join(filter(None, ["" if proposal.amount is None else f"¥{proposal.amount:,.2f}", proposal.reason[:80]]))
