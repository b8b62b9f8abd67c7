"""One claim of the store: read what is new, match, judge, keep the result, leave an index for other claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from services.adapters.batches import ClaimState
from services.adapters.meters import observe
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.case import Case
from services.domain.claim import Claim
from services.domain.errors import FieldProblem, NotFound
from services.domain.finding import Judgement
from services.domain.index import ClaimIndex, InvoiceEntry, PresenceEntry
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
from services.verify.recording import index_digest, provenance_store, verification_of

DEFAULT_POLICY = "changchun-2021-33"

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies claims of a store. `policy_dirs` are searched beside the policies of the installation and of the program."""

    store: Store
    sandbox: Sandbox
    policy_dirs: tuple[Path, ...] = field(default=())

    def verify(self, claim_id: str, *, policy_id: str | None = None, progress: Progress | None = None, reread: bool = False) -> Judgement:
        """Read, match and judge. Raises NotFound for an unknown claim or `policy_id`, PolicyInvalid."""
        repository = self.store.repository
        state = provenance_store(self.store).state(claim_id)  # looked at first: what changes meanwhile counts as changed since
        claim, policy = self.claim_and_policy(repository.claim(claim_id).claim, policy_id)
        reading = read_evidence(
            repository.evidence(claim_id),
            self.store.blobs.path,
            repository,
            self.sandbox,
            ocr_engine=self.store.settings.ocr_engine,
            progress=progress,
            observe=self.observe,
            reread=reread,
        )
        case = self._match(claim_id, claim, policy, reading)
        assert state is not None
        return self._judge(claim_id, case, policy, state, reading)

    def observe(self, reader: str, seconds: float) -> None:
        """Leave for operators how long a file took."""
        observe(self.store.database, "reader", reader, seconds)

    def read_ahead(self, claim_id: str, evidence_id: str) -> None:
        """Read one file before the claim is submitted. Bad files are left for `verify` to report, sets for when they are whole."""
        files = [file for id_, file in self.store.repository.evidence_with_ids(claim_id) if id_ == evidence_id]
        single = [file for file in files if file.kind is not None and not reader_for(file.kind).whole_set]
        read_evidence(single, self.store.blobs.path, self.store.repository, self.sandbox, ocr_engine=self.store.settings.ocr_engine, observe=self.observe)

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
            found = self.related(claim_id) & rank.keys() - set(verified[position:])  # one that comes in meanwhile looks for itself
            again |= found
            changed |= {other for other in found if rank[other] > rank[claim_id]}
        waiting = list(changed)
        while waiting:
            claim_id = waiting.pop()
            found = {other for other in self.related(claim_id) & rank.keys() - changed if rank[other] > rank[claim_id]}
            changed |= found
            waiting += found
        return sorted(again | changed, key=rank.__getitem__)

    def related(self, claim_id: str) -> set[str]:
        """The claims that this one may change: they share people, pictures, sheets or invoices with it."""
        case = self.store.repository.case(claim_id)
        if case is None:
            return set()
        people = [t.id_number for t in case.trainees.people if t.id_number] if case.trainees else []
        return ClaimsElsewhere(self.store.repository, claim_id, case.claim).related_claims(case) | provenance_store(self.store).sharing(claim_id, people)

    def places(self) -> tuple[Path, ...]:
        """Where policies are beside those that come with the program."""
        return (self.store.settings.policies_path(), *self.policy_dirs)

    def claim_and_policy(self, claim: Claim, policy_id: str | None) -> tuple[Claim, Policy]:
        """The policy asked for, else the claim's own. One that is not there is a wrong field of the claim, and the usual policy stands in."""
        if policy_id is not None:
            return claim, find_policy(policy_id, *self.places())
        try:
            return claim, find_policy(claim.policy or DEFAULT_POLICY, *self.places())
        except NotFound:
            known = "、".join(policy.id for policy in list_policies(*self.places()))
            expected = Message(f"已有的政策编号（{known}）；现按 {DEFAULT_POLICY} 评判", f"a known policy ({known}); judged by {DEFAULT_POLICY} for now")
            problem = FieldProblem("policy", repr(claim.policy), expected)
            return replace(claim, problems=(*claim.problems, problem)), find_policy(DEFAULT_POLICY, *self.places())

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
            corrections=[record.correction for _, record in repository.corrections(claim_id)],
        )
        repository.put_case(claim_id, case)
        return case

    def _judge(self, claim_id: str, case: Case, policy: Policy, state: ClaimState, reading: Reading) -> Judgement:
        judgement = judge(case, policy)
        index = index_of(case, judgement)
        with self.store.repository.transaction():
            self.store.repository.put_judgement(claim_id, judgement, reader_versions=reader_versions())
            self.store.repository.put_index(claim_id, index)
            provenance_store(self.store).put_verification(claim_id, verification_of(judgement, case, policy, state, reading.used, index_digest(index)), case)
        return judgement


def index_of(case: Case, judgement: Judgement) -> ClaimIndex:
    """What the claim leaves behind for others to be compared with."""
    people = case.trainees.people if case.trainees else ()
    spans = [span_of(session) for session in case.sessions]
    presences = [
        PresenceEntry(people[i].id_number, *spans[p.session], p.session, p.place)
        for i, record in enumerate(case.records)
        if people[i].id_number
        for p in record.presences
        if not p.doubts
    ]
    invoices = [InvoiceEntry(number, place) for place, number in invoice_numbers(case.evidence)]
    return ClaimIndex(tuple(presences), subsidy_entries(case, judgement), media_entries(case.evidence), tuple(invoices))
