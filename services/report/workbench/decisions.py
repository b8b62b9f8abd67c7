"""What a reviewer does with a claim: opinions on findings, the decision and its second signature, the letter of return, who looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.adapters.access import Caller, Right
from services.adapters.deciding import Stand, Undecidable, countersign, decide, stand_of, undo
from services.adapters.store import Store
from services.domain.review import OPINIONS
from services.domain.text import Message
from services.report.workbench.base import page
from services.report.workbench.dossier import Dossier, load
from services.report.workbench.gates import DeciderOf, Refused, StoreOf, seen_claim
from services.report.workbench.letter import letter_of
from services.report.workbench.routing import pages_of

router = pages_of()

_DECISIONS = ("approve", "reject", "return")
Text = Annotated[str, Form(max_length=8000)]
Short = Annotated[str, Form(max_length=100)]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a claim stands for this caller. `version` goes with the form: a decision on another state of the claim is refused."""

    stand: Stand
    version: str
    may_decide: bool
    may_sign: bool
    may_undo: bool
    why_two: Message | None
    letter: str


def standing(store: Store, dossier: Dossier, caller: Caller) -> Standing:
    seen = {"findings": dossier.report.findings, "clauses": dossier.report.clauses} if dossier.report else None
    stand = stand_of(store, dossier.claim.id, seen)
    decides = caller.may(Right.DECIDE) and stand.status == "verified" and not dossier.pending
    waiting = stand.waiting
    return Standing(
        stand,
        version_of(dossier),
        decides and waiting is None,
        decides and waiting is not None and waiting.actor != caller.id,
        decides and waiting is not None,
        stand.why_two("approve", stand.supported, store.settings.four_eyes_above),
        letter_of(dossier),
    )


def version_of(dossier: Dossier) -> str:
    """Changes whenever what a reviewer saw has changed."""
    return f"{dossier.claim.updated_at.isoformat()}/{len(dossier.opinions)}/{len(dossier.corrections)}"


@router.post("/claims/{claim_id}/findings/{key}")
def give_opinion(claim_id: str, key: str, request: Request, store: StoreOf, caller: DeciderOf, opinion: Short = "", reason: Text = "") -> HTMLResponse:
    """Accept or dismiss a finding; without an opinion the earlier one is taken back. Answers the finding's controls."""
    dossier = load(store, caller, claim_id)
    finding = next((f for f, k in zip(dossier.report.findings, dossier.keys, strict=True) if k == key), None) if dossier.report else None
    if finding is None:
        raise Refused(404, Message("该发现已不存在，可能已重新核验，请刷新", "the finding is not there any more: the claim was verified again; reload"))
    if opinion and opinion not in OPINIONS:
        raise Refused(422, Message("意见只能是采纳或否定", "an opinion is accept or dismiss"))
    if opinion == "dismiss" and not reason.strip():
        raise Refused(422, Message("否定一项发现须填写理由", "a finding is dismissed with a reason"))
    with store.repository.transaction():
        if opinion:
            critical = finding["severity"] == "critical"
            store.repository.put_opinion(claim_id, key, finding["code"], opinion, reason.strip(), critical=critical, actor=caller.id, name=caller.name)
        else:
            store.repository.withdraw_opinion(claim_id, key)
        store.repository.add_access(caller.id, caller.name, f"finding.{opinion or 'withdrawn'}", claim_id, finding["code"])
    return page(request, "opinion.html", dossier=load(store, caller, claim_id), key=key, claim=dossier.claim, caller=caller, fresh=True)


@router.post("/claims/{claim_id}/decision")
def take_decision(
    claim_id: str,
    request: Request,
    store: StoreOf,
    caller: DeciderOf,
    decision: Short = "",
    reason: Text = "",
    amount: Short = "",
    version: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    dossier = load(store, caller, claim_id)
    if decision not in _DECISIONS or not reason.strip():
        raise Refused(422, Message("请选择决定并填写理由", "choose a decision and give a reason"))
    with store.repository.transaction():
        if version != version_of(load(store, caller, claim_id)):
            raise Refused(412, _changed(store, claim_id, caller))
        if dossier.pending:
            raise Refused(412, Message("正在按更正重新核验，请稍候再决定", "the claim is being verified again after a correction; decide when that is done"))
        try:
            decide(store, caller, dossier.claim.id, decision, reason.strip(), _amount(amount) if decision == "approve" else None)
        except Undecidable as error:
            raise Refused(412 if error.changed else 422, error.message) from error
    return RedirectResponse(f"/claims/{claim_id}", 303)


@router.post("/claims/{claim_id}/decision/{proposal_id}/{act}")
def second_person(claim_id: str, proposal_id: str, act: str, store: StoreOf, caller: DeciderOf) -> Response:
    """`sign`: agree as the second person; `undo`: take the decision back."""
    seen_claim(store, caller, claim_id)
    acts = {"sign": countersign, "undo": undo}
    if act not in acts:
        raise Refused(404, Message("没有此操作", "there is no such action"))
    with store.repository.transaction():
        try:
            acts[act](store, caller, claim_id, proposal_id)
        except Undecidable as error:
            raise Refused(412 if error.changed else 403, error.message) from error
    return RedirectResponse(f"/claims/{claim_id}", 303)


@router.get("/claims/{claim_id}/letter")
def letter(claim_id: str, request: Request, store: StoreOf, caller: DeciderOf) -> HTMLResponse:
    """The letter of return as it would go out now, to print."""
    dossier = load(store, caller, claim_id)
    return page(request, "letter.html", dossier=dossier, claim=dossier.claim, caller=caller, letter=letter_of(dossier))


@router.post("/claims/{claim_id}/assignment")
def take_over(claim_id: str, store: StoreOf, caller: DeciderOf, to: Short = "me") -> Response:
    """Look after a claim oneself (`me`), or give it back (`nobody`)."""
    seen_claim(store, caller, claim_id)
    with store.repository.transaction():
        store.repository.assign(claim_id, caller.id if to == "me" else None, caller.name)
        store.repository.add_access(caller.id, caller.name, "assignment" if to == "me" else "assignment.withdrawn", claim_id)
    return RedirectResponse(f"/claims/{claim_id}", 303)


def _changed(store: Store, claim_id: str, caller: Caller) -> Message:
    """Who did what while the reviewer was reading."""
    others = [a for a in store.repository.accesses(claim_id) if a.caller != caller.id and a.action.split(".")[0] in ("decision", "finding", "correction")]
    who = f"（{others[-1].name}）" if others else ""
    by = f" by {others[-1].name}" if others else ""
    return Message(f"您打开页面后该申报已有变化{who}，请刷新后再决定", f"the claim was changed{by} since you opened it; reload it and decide then")


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation as error:
        raise Refused(422, Message("支付金额不是数字", "the amount is no number")) from error
    if not value.is_finite() or value != value.quantize(Decimal("0.01")):
        raise Refused(422, Message("支付金额最多两位小数", "the amount has at most two decimals"))
    return value.quantize(Decimal("0.01"))
