"""Decisions on their way to their last signature."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, insert, select, update

from services.adapters import codec
from services.adapters.repository import review_tables as r
from services.adapters.repository.base import Part, new_id, now
from services.domain.review import DecisionState, Proposal
from services.domain.text import Message


class ProposalStore(Part):
    def add_proposal(
        self,
        claim_id: str,
        decision: str,
        amount: Decimal | None,
        reason: str,
        *,
        seen: Mapping[str, str | None],
        why: Message | None,
        state: DecisionState,
        actor: str,
        name: str,
    ) -> Proposal:
        """Keep a decision as one person takes it. `seen`: the machine's verdict and the amount it supported, as they were then."""
        proposal_id, at = new_id("prp"), now()
        settled = None if state is DecisionState.WAITING else at
        body = codec.dumps({"reason": reason, "seen": dict(seen), "why": None if why is None else [why.zh, why.en]})
        values = {"id": proposal_id, "claim_id": claim_id, "decision": decision, "amount": None if amount is None else str(amount), "state": state.value}
        with self.database.writing() as connection:
            sealed = self._seal(body, f"proposals/{claim_id}/{proposal_id}")
            connection.execute(insert(r.proposals).values(**values, actor=actor, name=name, body=sealed, created_at=at, settled_at=settled))
        return Proposal(proposal_id, decision, amount, state, reason, why, actor, name, None, None, at, settled, seen)

    def settle_proposal(self, proposal: Proposal, state: DecisionState, *, actor: str | None = None, name: str | None = None) -> bool:
        """Sign or undo a waiting decision; False: somebody was faster."""
        where = (r.proposals.c.id == proposal.id, r.proposals.c.state == DecisionState.WAITING.value)
        with self.database.writing() as connection:
            done = connection.execute(update(r.proposals).where(*where).values(state=state.value, second_actor=actor, second_name=name, settled_at=now()))
            return done.rowcount > 0

    def proposals(self, claim_id: str) -> list[Proposal]:
        """In the order they were made."""
        with self.database.reading() as connection:
            rows = connection.execute(select(r.proposals).where(r.proposals.c.claim_id == claim_id).order_by(r.proposals.c.seq)).all()
        return [self._proposal(row) for row in rows]

    def standing_proposals(self, claim_ids: Collection[str]) -> dict[str, tuple[str, str | None, str, str]]:
        """Of each of these claims the last decision that is in force or waits for a second person: (decision, amount, state, who took it)."""
        p = r.proposals.c
        query = (
            select(p.claim_id, p.decision, p.amount, p.state, p.name).where(p.claim_id.in_(claim_ids), p.state != DecisionState.UNDONE.value).order_by(p.seq)
        )
        with self.database.reading() as connection:
            return {row.claim_id: (row.decision, row.amount, row.state, row.name) for row in connection.execute(query)}

    def waiting_proposal(self, claim_id: str) -> Proposal | None:
        return next((p for p in self.proposals(claim_id) if p.state is DecisionState.WAITING), None)

    def _proposal(self, row: Row[Any]) -> Proposal:
        body = codec.loads_plain(self._open(row.body, f"proposals/{row.claim_id}/{row.id}"))
        return Proposal(
            row.id,
            row.decision,
            None if row.amount is None else Decimal(row.amount),
            DecisionState(row.state),
            body["reason"],
            None if body["why"] is None else Message(*body["why"]),
            row.actor,
            row.name,
            row.second_actor,
            row.second_name,
            row.created_at,
            row.settled_at,
            body.get("seen") or {},
        )
