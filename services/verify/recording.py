"""What is kept beside a judgement: its outcome in short, and what it was made from, so that a later one can say what is different."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from services.adapters.batches import ClaimState, ProvenanceStore
from services.adapters.store import Store
from services.domain.batch import Provenance, Verification, brief_of
from services.domain.case import Case
from services.domain.finding import Judgement
from services.domain.index import ClaimIndex, SubsidyEntry
from services.domain.policy import Policy, Rules

UNKNOWN = "?"
"""In a record made afterwards for a judgement of a program that kept none."""


def provenance_store(store: Store) -> ProvenanceStore:
    return ProvenanceStore(store.database, store.vault)


def verification_of(
    judgement: Judgement,
    case: Case,
    policy: Policy,
    state: ClaimState,
    facts: Sequence[tuple[str, str, int]],
    index: str,
    *,
    roster_id: str | None = None,
    chosen_policy: bool = False,
) -> Verification:
    """The record of a judgement made from the claim as `state` says it stood. `index`: fingerprint of what it leaves for other claims;
    `roster_id` where another roster than that in force was taken."""
    provenance = Provenance(
        policy_id=policy.id,
        policy_version=policy.version,
        policy_digest=policy_digest(policy),
        rules_digest=rules_digest(case.rules),
        roster_id=roster_id or state.roster_id,
        material=state.material,
        facts=tuple(facts),
        index_digest=index,
        chosen_policy=chosen_policy,
    )
    return Verification(provenance, brief_of(judgement))


def verification_afterwards(judgement: Judgement, case: Case) -> Verification:
    """The record of a stored judgement of which none was kept: what it was made from is not known."""
    provenance = Provenance(judgement.policy_id, judgement.policy_version, UNKNOWN, rules_digest(case.rules), UNKNOWN, UNKNOWN)
    return Verification(provenance, brief_of(judgement))


@lru_cache(maxsize=16)
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


_POLICIES: dict[int, tuple[Policy, str]] = {}


def policy_digest(policy: Policy) -> str:
    """Fingerprint of all a policy says; policies are loaded once and asked for with every claim."""
    known = _POLICIES.get(id(policy))
    if known is None or known[0] is not policy:
        if len(_POLICIES) > 100:
            _POLICIES.clear()
        known = _POLICIES[id(policy)] = (policy, _digest(repr(policy)))
    return known[1]


def rules_digest(rules: Rules) -> str:
    """Fingerprint of the counting rules; matching hangs on them."""
    return _digest(repr((sorted(rules.rates.items()), *(getattr(rules, name) for name in Rules.__dataclass_fields__ if name != "rates"))))


def index_digest(index: ClaimIndex) -> str:
    """Fingerprint of what a claim leaves for others to be compared with: of what follows from the case, then of what the judgement adds."""
    matched = hashlib.sha256(repr((index.presences, index.invoices)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{matched}:{_subsidies_digest(index.subsidies)}"


def index_digest_of_same_case(before: str, subsidies: Sequence[SubsidyEntry]) -> str:
    """The same where only the judgement is another one: nothing else is gone through again."""
    return f"{before.partition(':')[0]}:{_subsidies_digest(subsidies)}"


def _subsidies_digest(subsidies: Sequence[SubsidyEntry]) -> str:
    return hashlib.sha256(repr(tuple(subsidies)).encode("utf-8", "surrogatepass")).hexdigest()
