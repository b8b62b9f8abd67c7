"""What other claims of the store have in common with this one: the same people, media, sheets and invoices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.adapters.media_index import MediaIndex
from services.adapters.repository import Repository
from services.domain.case import Case, Evidence, OtherInvoice, OtherSubsidy
from services.domain.claim import Claim, Trainees
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import DocumentFacts, PhotoFacts, SheetFacts, VideoFacts
from services.domain.index import Elsewhere, MediaEntry, PresenceEntry
from services.verify.invoice_words import invoice_place
from services.verify.match.conflicts import submitted_before
from services.verify.match.fingerprints import LEAST_WORDS, MOST_BY_WORDS, NEAR_BITS, question
from services.verify.match.reuse import OtherMedia, OwnMedia
from services.verify.match.sheet_reuse import OtherSheet


class ClaimsElsewhere:
    """The other claims as seen from one claim."""

    def __init__(self, repository: Repository, claim_id: str, claim: Claim, index: MediaIndex | None = None) -> None:
        """Without an index every medium of the store is held against the claim's own."""
        self._repository, self._claim_id, self._claim, self._index = repository, claim_id, claim, index

    def media(self, own: Sequence[OwnMedia]) -> Iterator[OtherMedia]:
        """Photos and videos of other claims that may show the same as one of `own`, with their facts, one at a time."""
        asked = None if self._index is None else self._alike(own, self._index)
        for kind in (EvidenceKind.PHOTO, EvidenceKind.VIDEO):
            # what two videos have in common is a stretch, which no hash of single frames tells: all videos are held against each other
            everything = asked is None or (kind is EvidenceKind.VIDEO and any(isinstance(o.facts, VideoFacts) for o in own))
            for entry, facts in self._with_facts(self._repository.media(self._claim_id, kind.value, sha256=None if everything else asked)):
                if isinstance(facts, PhotoFacts | VideoFacts):
                    before, sha256 = submitted_before(entry.claim, self._claim), entry.entry.sha256
                    like = None if asked is None or isinstance(facts, VideoFacts) else asked.get(sha256, frozenset())
                    yield OtherMedia(entry.claim.claim_no, entry.claim.enterprise, entry.entry.file, sha256, facts, before, like)

    def _alike(self, own: Sequence[OwnMedia], index: MediaIndex) -> dict[str, frozenset[str]]:
        """SHA-256 of the media that may show the same as one of ours, each with those of ours (by their SHA-256)."""
        index.refresh()
        asked: dict[str, dict[str, None]] = {}
        numbers: dict[str, set[int]] = {}
        for item in {o.sha256: o for o in own}.values():
            asked.setdefault(item.sha256, {})[item.sha256] = None
            if (ask := question(item.facts)) is not None:
                numbers[item.sha256] = set(index.near(ask.hashes, NEAR_BITS))
                for words in (ask.words, ask.mirrored):
                    numbers[item.sha256] |= {number for number, _ in index.sharing(words, least=LEAST_WORDS, most=MOST_BY_WORDS)}
        known = self._repository.fingerprinted({n for found in numbers.values() for n in found})
        for mine, found in numbers.items():
            for number in found & known.keys():
                asked.setdefault(known[number], {})[mine] = None
        return {theirs: frozenset(mine) for theirs, mine in asked.items()}

    def sheets(self) -> Iterator[OtherSheet]:
        """Sign-in sheets of other claims with their facts, one at a time."""
        for entry, facts in self._with_facts(self._repository.media(self._claim_id, EvidenceKind.SIGN_IN_SHEET.value)):
            if isinstance(facts, SheetFacts):
                before = submitted_before(entry.claim, self._claim)
                yield OtherSheet(entry.claim.claim_no, entry.claim.enterprise, entry.entry.file, facts, before, entry.entry.sha256)

    def presences(self, trainees: Trainees) -> list[Elsewhere[PresenceEntry]]:
        """Sessions of other claims that the trainees signed for."""
        return self._repository.presences(self._claim_id, {t.id_number for t in trainees.people if t.id_number})

    def subsidies(self, trainees: Trainees) -> tuple[OtherSubsidy, ...]:
        """What the trainees were paid this year by the claim's own statement, and what claims submitted earlier ask for them."""
        index: dict[str, list[int]] = {}
        for number, trainee in enumerate(trainees.people):
            if trainee.id_number:
                index.setdefault(trainee.id_number, []).append(number)
        found = [
            OtherSubsidy(t, paid.occupation, paid.level, paid.project, paid.date)
            for paid in self._claim.paid_this_year or ()
            for t in index.get(paid.id_number, ())
        ]
        for other in self._repository.subsidies(self._claim_id, index):
            if submitted_before(other.claim, self._claim):
                e = other.entry
                found += [OtherSubsidy(t, e.occupation, e.level, e.project, e.date, other.claim.claim_no, e.certain) for t in index.get(e.id_number, ())]
        return tuple(found)

    def invoices(self, evidence: Sequence[Evidence]) -> tuple[OtherInvoice, ...]:
        """Our invoices whose number a claim submitted earlier shows too."""
        ours = dict(invoice_numbers(evidence))
        found = []
        for other in self._repository.invoices(self._claim_id, set(ours.values())):
            if submitted_before(other.claim, self._claim):
                found += [
                    OtherInvoice(place, number, other.claim.claim_no, other.entry.place) for place, number in ours.items() if number == other.entry.number
                ]
        return tuple(found)

    def related_claims(self, case: Case) -> set[str]:
        """Ids of the claims that share a person, a medium, a sheet or an invoice with this one: those to be judged anew after it."""
        people = {t.id_number for t in case.trainees.people if t.id_number} if case.trainees else set()
        repository, me = self._repository, self._claim_id
        found = {e.claim.id for e in repository.presences(me, people)} | {e.claim.id for e in repository.subsidies(me, people)}
        found |= {e.claim.id for e in repository.invoices(me, {number for _, number in invoice_numbers(case.evidence)})}
        seen = {r.claim_no for r in case.reuse if r.claim_no is not None}
        return found | {other.id for other in repository.other_claims(me) if other.claim_no in seen}

    def _with_facts(self, entries: list[Elsewhere[MediaEntry]]) -> Iterator[tuple[Elsewhere[MediaEntry], object]]:
        for entry in entries:
            if entry.entry.reader is None or entry.entry.version is None:
                continue
            stored = self._repository.facts(entry.entry.sha256, entry.entry.reader, entry.entry.version)
            if stored is not None and stored[0] is not None:
                yield entry, stored[0]


def invoice_numbers(evidence: Sequence[Evidence]) -> Iterator[tuple[Place, str]]:
    """The number (with its code before it) of each invoice that was read."""
    for item in evidence:
        facts = item.facts
        for invoice in facts.every_invoice if item.file.kind is EvidenceKind.INVOICE and isinstance(facts, DocumentFacts) else ():
            if invoice.number:
                yield invoice_place(item.file.path, invoice), (invoice.code or "") + invoice.number
