"""One claim of the store: read what is new, match, judge, keep the result, leave an index for other claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.case import Case
from services.domain.claim import Claim
from services.domain.errors import FieldProblem, NotFound
from services.domain.finding import Judgement
from services.domain.index import ClaimIndex, InvoiceEntry, PresenceEntry, SubsidyEntry
from services.domain.policy import Policy
from services.domain.text import Message
from services.verify.earlier import subsidy_entries
from services.verify.elsewhere import ClaimsElsewhere, invoice_numbers
from services.verify.judge import judge
from services.verify.match.conflicts import submission_order
from services.verify.match.day_parts import span_of
from services.verify.matching import match_case
from services.verify.media_seen import media_entries, remember
from services.verify.policy_file import find_policy, list_policies
from services.verify.readers import reader_for
from services.verify.reading import Reading, read_evidence, reader_versions

DEFAULT_POLICY = "changchun-2021-33"

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies claims of a store. `policy_dirs` are searched beside the policies that come with the program."""

    store: Store
    sandbox: Sandbox
    policy_dirs: tuple[Path, ...] = field(default=())

    def verify(self, claim_id: str, *, policy_id: str | None = None, progress: Progress | None = None, reread: bool = False) -> Judgement:
        """Read, match and judge. Raises NotFound for an unknown claim or `policy_id`, PolicyInvalid."""
        repository = self.store.repository
        claim, policy = self._policy(repository.claim(claim_id).claim, policy_id)
        reading = read_evidence(
            repository.evidence(claim_id),
            self.store.blobs.path,
            repository,
            self.sandbox,
            ocr_engine=self.store.settings.ocr_engine,
            progress=progress,
            reread=reread,
        )
        case = self._match(claim_id, claim, policy, reading)
        return self._judge(claim_id, case, policy)

    def read_ahead(self, claim_id: str, evidence_id: str) -> None:
        """Read one file before the claim is submitted. Bad files are left for `verify` to report, sets for when they are whole."""
        files = [file for id_, file in self.store.repository.evidence_with_ids(claim_id) if id_ == evidence_id]
        single = [file for file in files if file.kind is not None and not reader_for(file.kind).whole_set]
        read_evidence(single, self.store.blobs.path, self.store.repository, self.sandbox, ocr_engine=self.store.settings.ocr_engine)

    def to_judge_again(self, verified: Sequence[str]) -> list[str]:
        """After claims were verified in this order: those that one verified after them may have changed, in the order of their submission.

        What counts in a claim hangs on those submitted before it. So the first submitted is judged first, and a claim that changes may
        in turn change those submitted after it.
        """
        every = sorted(self.store.repository.other_claims(""), key=submission_order)
        rank = {claim.id: number for number, claim in enumerate(every)}
        again: set[str] = set()
        changed: set[str] = set()
        for position, claim_id in enumerate(verified):
            found = self._related(claim_id) & rank.keys() - set(verified[position:])  # one that comes in meanwhile looks for itself
            again |= found
            changed |= {other for other in found if rank[other] > rank[claim_id]}
        waiting = list(changed)
        while waiting:
            claim_id = waiting.pop()
            found = {other for other in self._related(claim_id) & rank.keys() - changed if rank[other] > rank[claim_id]}
            changed |= found
            waiting += found
        return sorted(again | changed, key=rank.__getitem__)

    def _related(self, claim_id: str) -> set[str]:
        """The claims that this one may change: they share people, pictures, sheets or invoices with it."""
        case = self.store.repository.case(claim_id)
        if case is None:
            return set()
        return ClaimsElsewhere(self.store.repository, claim_id, case.claim).related_claims(case)

    def _policy(self, claim: Claim, policy_id: str | None) -> tuple[Claim, Policy]:
        """The policy asked for, else the claim's own. One that is not there is a wrong field of the claim, and the usual policy stands in."""
        if policy_id is not None:
            return claim, find_policy(policy_id, *self.policy_dirs)
        try:
            return claim, find_policy(claim.policy or DEFAULT_POLICY, *self.policy_dirs)
        except NotFound:
            known = "、".join(policy.id for policy in list_policies(*self.policy_dirs))
            expected = Message(f"已有的政策编号（{known}）；现按 {DEFAULT_POLICY} 评判", f"a known policy ({known}); judged by {DEFAULT_POLICY} for now")
            problem = FieldProblem("policy", repr(claim.policy), expected)
            return replace(claim, problems=(*claim.problems, problem)), find_policy(DEFAULT_POLICY, *self.policy_dirs)

    def _match(self, claim_id: str, claim: Claim, policy: Policy, reading: Reading) -> Case:
        repository = self.store.repository
        remember(repository, claim_id, reading.evidence)
        case = match_case(
            claim,
            repository.trainees(claim_id),
            repository.roster(claim_id),
            reading.evidence,
            reading.faces,
            ClaimsElsewhere(repository, claim_id, claim, self.store.media_index),
            policy.rules(claim.project.start),
            repository.intake_problems(claim_id),
        )
        repository.put_case(claim_id, case)
        return case

    def _judge(self, claim_id: str, case: Case, policy: Policy) -> Judgement:
        judgement = judge(case, policy)
        with self.store.repository.transaction():
            self.store.repository.put_judgement(claim_id, judgement, reader_versions=reader_versions())
            self.store.repository.put_index(claim_id, index_of(case, judgement))
        return judgement


def index_of(case: Case, judgement: Judgement) -> ClaimIndex:
    """What the claim leaves behind for others to be compared with."""
    people = case.trainees.people if case.trainees else ()
    presences = [
        PresenceEntry(people[i].id_number, *span_of(case.sessions[p.session]), p.session, p.place)
        for i, record in enumerate(case.records)
        if people[i].id_number
        for p in record.presences
        if not p.doubts
    ]
    invoices = [InvoiceEntry(number, place) for place, number in invoice_numbers(case.evidence)]
    return ClaimIndex(tuple(presences), subsidy_entries(case, judgement), media_entries(case.evidence), tuple(invoices))
