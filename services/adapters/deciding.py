"""Taking a decision on a verified claim: alone, or by two people where the rule of four eyes asks for it. The API and the pages come here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.adapters.access import Caller
from services.adapters.announce import announce
from services.adapters.store import Store
from services.domain.errors import HezhengError
from services.domain.review import DISMISSED, DecisionState, Proposal, overridden, second_signature
from services.domain.text import Message


class Undecidable(HezhengError):
    """The decision cannot be taken now. `changed`: somebody else did something meanwhile."""

    def __init__(self, message: Message, *, changed: bool = False) -> None:
        super().__init__(message)
        self.changed = changed


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a claim stands for deciding. `supported` None: unknown. `overridden`: critical findings that an approval would set aside."""

    status: str
    verdict: str | None
    supported: Decimal | None
    claimed: Decimal | None
    overridden: int
    waiting: Proposal | None
    history: tuple[Proposal, ...]

    def why_two(self, decision: str, amount: Decimal | None, limit: Decimal | None) -> Message | None:
        return second_signature(decision, amount, self.supported, limit, self.overridden)


def stand_of(store: Store, claim_id: str, report: Mapping[str, Any] | None = None) -> Stand:
    """`report`: the claim's, for a caller who has it already. Raises NotFound."""
    repository = store.repository
    summary = repository.claim_summary(claim_id)
    report = report or repository.report(claim_id)
    dismissed = {key for key, opinion in repository.opinions(claim_id).items() if opinion.opinion == DISMISSED}
    proposals = tuple(repository.proposals(claim_id))
    waiting = next((p for p in proposals if p.state is DecisionState.WAITING), None)
    supported, claimed = (None if v is None else Decimal(v) for v in (summary.supported, summary.claimed))
    return Stand(summary.status, summary.verdict, supported, claimed, overridden(report, dismissed) if report else 0, waiting, proposals)


def decide(store: Store, caller: Caller, claim_id: str, decision: str, reason: str, amount: Decimal | None = None) -> Proposal:
    """Approve, reject or return; `amount` to be paid on approval, by default what the evidence supports.

    Raises Undecidable, NotFound. Call it within a transaction together with what belongs to it.
    """
    stand = stand_of(store, claim_id)
    if stand.status != "verified":
        raise Undecidable(Message(f"申报当前状态为{stand.status}，不能作出决定", f"the claim is {stand.status}; it can't be decided now"), changed=True)
    if stand.waiting is not None:
        raise Undecidable(
            Message(f"{stand.waiting.name}已作出决定，正在等待第二人复核", f"{stand.waiting.name} has decided already; a second person has to agree"),
            changed=True,
        )
    paid = (stand.supported if amount is None else amount) if decision == "approve" else None
    if paid is not None and (paid < 0 or (stand.claimed is not None and paid > stand.claimed)):
        raise Undecidable(Message(f"支付金额应在0至申报金额{stand.claimed}元之间", f"the amount has to lie between 0 and the claimed {stand.claimed}"))
    why = stand.why_two(decision, paid, store.settings.four_eyes_above)
    state = DecisionState.FINAL if why is None else DecisionState.WAITING
    seen = {"verdict": stand.verdict, "supported": None if stand.supported is None else str(stand.supported)}
    proposal = store.repository.add_proposal(claim_id, decision, paid, reason, seen=seen, why=why, state=state, actor=caller.id, name=caller.name)
    if state is DecisionState.FINAL:
        _settle(store, claim_id, proposal, caller.name)
    store.repository.add_access(caller.id, caller.name, f"decision.{decision}.{state.value}", claim_id, proposal.id)
    return proposal


def countersign(store: Store, caller: Caller, claim_id: str, proposal_id: str) -> None:
    """The second person agrees. Raises Undecidable: it is the same person, or there is nothing to sign any more."""
    proposal = _waiting(store, claim_id, proposal_id)
    if proposal.actor == caller.id:
        raise Undecidable(Message("须由另一人复核，不能自己复核自己的决定", "somebody else has to agree; nobody countersigns his own decision"))
    if not store.repository.settle_proposal(proposal, DecisionState.FINAL, actor=caller.id, name=caller.name):
        raise _too_late()
    _settle(store, claim_id, proposal, f"{proposal.name}、{caller.name}")
    store.repository.add_access(caller.id, caller.name, f"decision.{proposal.decision}.final", claim_id, proposal.id)


def undo(store: Store, caller: Caller, claim_id: str, proposal_id: str) -> None:
    """Take back a decision before its second signature: whoever made it, or the second person who does not agree. Raises Undecidable."""
    proposal = _waiting(store, claim_id, proposal_id)
    if not store.repository.settle_proposal(proposal, DecisionState.UNDONE, actor=caller.id, name=caller.name):
        raise _too_late()
    store.repository.add_access(caller.id, caller.name, f"decision.{proposal.decision}.undone", claim_id, proposal.id)


def _waiting(store: Store, claim_id: str, proposal_id: str) -> Proposal:
    proposal = store.repository.waiting_proposal(claim_id)
    if proposal is None or proposal.id != proposal_id:
        raise _too_late()
    return proposal


def _too_late() -> Undecidable:
    return Undecidable(Message("该决定已被处理，请刷新页面", "the decision has been settled meanwhile; reload the page"), changed=True)


def _settle(store: Store, claim_id: str, proposal: Proposal, names: str) -> None:
    store.repository.add_decision(claim_id, proposal.decision, proposal.reason, names)
    announce(store, "claim.decided", claim_id)
    if proposal.decision != "approve":
        # What stood in the way of claims submitted later stands there no more.
        store.queue.enqueue("verify.related", claim_id=claim_id)
