"""One claim judged anew: as far back as its inputs differ, and no further. A changed law needs the stored case only, changed counting
rules or another roster the stored facts, and only where it is asked for are files read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from services.adapters.batches import ClaimState, Judged, ProvenanceStore
from services.adapters.batches.store import VERIFIED
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.batch import NEWEST, SAME, BatchOrder, Provenance, Verification
from services.domain.case import Case
from services.domain.claim import Claim, Roster
from services.domain.errors import HezhengError, NotFound
from services.domain.finding import Judgement
from services.domain.index import ClaimIndex
from services.domain.policy import Policy
from services.domain.text import Message
from services.verify.earlier import subsidy_entries
from services.verify.elsewhere import ClaimsElsewhere
from services.verify.judge import judge
from services.verify.matching import match_case
from services.verify.pipeline import Verifier, index_of
from services.verify.policy_file import find_policy
from services.verify.reading import Reading, contents, read_evidence, replay_evidence
from services.verify.recording import UNKNOWN, index_digest, index_digest_of_same_case, policy_digest, provenance_store, rules_digest, verification_of

_ROSTERS_KEPT = 4
_rosters: dict[tuple[str, str], Roster] = {}
"""The last roster versions of this process, by database and id; a version never changes, and claims of one enterprise follow each other."""


class NotReplayed(HezhengError):
    """A claim that a batch leaves as it is, and why."""


@dataclass(frozen=True)
class Replayed:
    """A claim judged anew, beside what it was. `key`: fingerprint of the record that it replaces. `matched`: the case is a new one."""

    claim_id: str
    status: str
    before: Verification
    key: str
    old_case: Case
    case: Case
    judgement: Judgement
    policy: Policy
    after: Verification
    matched: bool

    def index(self) -> ClaimIndex:
        """What the claim leaves for others to be compared with, media under the version of the facts that are stored."""
        return _named_as_used(index_of(self.case, self.judgement), self.after.provenance.facts)


class Replayer:
    """Judges claims of a store anew, as a batch orders; writes nothing but facts of files that it reads."""

    def __init__(self, store: Store, sandbox: Sandbox, order: BatchOrder) -> None:
        self.store, self.order = store, order
        self.verifier = Verifier(store, sandbox)
        self.known: ProvenanceStore = provenance_store(store)
        self._ahead: dict[str, Judged] = {}

    def look_ahead(self, claim_ids: Sequence[str]) -> None:
        """These claims are replayed next: what they were judged from is fetched at once. What changes meanwhile counts as changed since."""
        self._ahead = self.known.judged(claim_ids)

    @cached_property
    def _named_policy(self) -> Policy | None:
        """The policy named, in the version that the batch was started with. Raises NotFound."""
        if self.order.policy is None:
            return None
        policy = find_policy(self.order.policy, *self.verifier.places())
        if self.order.policy_version not in (None, policy.version):
            zh = f"政策 {policy.id} 的版本已由 {self.order.policy_version} 变为 {policy.version}；请重新发起批次"
            raise NotFound(Message(zh, f"policy {policy.id} is version {policy.version} now, no longer {self.order.policy_version}; start the batch anew"))
        return policy

    def replay(self, claim_id: str, *, rematch: bool = False) -> Replayed:
        """Raises NotReplayed, NotFound (roster or policy), FactsMissing."""
        judged = self._ahead.pop(claim_id, None) or self.known.judged([claim_id]).get(claim_id)
        found = None if judged is None or judged.state.status not in VERIFIED else self.known.opened(claim_id, judged)
        if judged is None or judged.key is None or found is None:
            raise NotReplayed(
                Message("该申报正在核验或已被重新提交，本批次不处理", "the claim is being verified or was handed in anew; the batch leaves it alone")
            )
        (before, old_case), key, state = found, judged.key, judged.state
        was = before.provenance
        policy = self._named_policy or find_policy(was.policy_id, *self.verifier.places())
        roster_id = self._roster_id(state, was)
        rules = policy.rules(old_case.claim.project.start)
        corrected = was.material not in (state.material, UNKNOWN)
        matched = rematch or corrected or self.order.reread or was.rules_digest != rules_digest(rules) or was.roster_id != roster_id
        facts = was.facts
        case = old_case
        if matched:
            reading = self._reading(claim_id, old_case, was)
            facts = reading.used
            case = self.match(claim_id, old_case, policy, reading, roster_id, anew=corrected or self.order.reread)
        judgement = judge(case, policy)
        chosen = self.order.policy is not None or was.chosen_policy
        if matched or not was.index_digest:
            index = index_digest(index_of(case, judgement))
        else:
            index = index_digest_of_same_case(was.index_digest, subsidy_entries(case, judgement))
        after = verification_of(judgement, case, policy, state, facts, index, roster_id=roster_id, chosen_policy=chosen)
        return Replayed(claim_id, state.status, before, key, old_case, case, judgement, policy, after, matched)

    def match(self, claim_id: str, old_case: Case, policy: Policy, reading: Reading, roster_id: str | None, *, anew: bool) -> Case:
        """The case from facts. With `anew` other claims are searched for the same media; else what is known of them stands."""
        repository = self.store.repository
        claim = self._claim(claim_id)
        return match_case(
            claim,
            repository.trainees(claim_id),
            None if roster_id is None else self.roster(roster_id),
            reading.evidence,
            reading.faces,
            ClaimsElsewhere(repository, claim_id, claim, self.store.media_index),
            policy.rules(claim.project.start),
            repository.intake_problems(claim_id),
            None if anew else old_case.reuse,
            [record.correction for _, record in repository.corrections(claim_id)],
        )

    def reading_of(self, replayed: Replayed) -> Reading:
        """The facts that the case was matched from."""
        return self._reading(replayed.claim_id, replayed.old_case, replayed.before.provenance)

    def roster(self, roster_id: str) -> Roster:
        """A roster version; the last few are kept over the batch's jobs, with what matching makes of them. Raises NotFound."""
        at = (str(self.store.database.engine.url), roster_id)
        roster = _rosters.pop(at, None) or self.known.roster_by_id(roster_id)
        if roster is None:
            raise NotFound(Message("参保名单的该版本已不存在", "that version of the roster is gone"))
        _rosters[at] = roster
        while len(_rosters) > _ROSTERS_KEPT:
            _rosters.pop(next(iter(_rosters)))
        return roster

    def _claim(self, claim_id: str) -> Claim:
        claim = self.store.repository.claim(claim_id).claim
        return self.verifier.claim_and_policy(claim, None)[0]  # a wrong policy field of the claim stays a wrong field

    def _roster_id(self, state: ClaimState, was: Provenance) -> str | None:
        """Of a named version only its own enterprise's claims are judged by it, the others by what is in force for them."""
        wanted = self.order.roster
        if wanted == SAME and was.roster_id not in (None, UNKNOWN) and self.known.roster_exists(was.roster_id or ""):
            return was.roster_id
        if wanted in (NEWEST, SAME):
            return state.roster_id
        return wanted if state.uscc is not None and self.known.roster_owner(wanted) == state.uscc else state.roster_id

    def _reading(self, claim_id: str, old_case: Case, was: Provenance) -> Reading:
        repository, settings = self.store.repository, self.store.settings
        files = repository.evidence(claim_id)
        if self.order.reread:
            return read_evidence(files, self.store.blobs.path, repository, self.verifier.sandbox, ocr_engine=settings.ocr_engine, observe=self.verifier.observe)
        versions = {(content, reader): version for content, reader, version in was.facts}
        missing = [content for content in contents(files) if content not in versions]
        versions |= self.known.facts_versions(missing)
        return replay_evidence(files, repository, versions, {e.file.path: e.problems for e in old_case.evidence if e.facts is None})


def _named_as_used(index: ClaimIndex, facts: tuple[tuple[str, str, int], ...]) -> ClaimIndex:
    """The index with its media under the version of the facts that are stored."""
    versions: Mapping[tuple[str, str | None], int] = {(content, reader): version for content, reader, version in facts}
    return replace(index, media=tuple(replace(m, version=versions.get((m.sha256, m.reader), m.version)) for m in index.media))


def law_differs(was: Provenance, policy: Policy) -> bool:
    """Whether a judgement was made by another policy, or by another state of this one."""
    if was.policy_digest == UNKNOWN:
        return (was.policy_id, was.policy_version) != (policy.id, policy.version)
    return was.policy_digest != policy_digest(policy)
