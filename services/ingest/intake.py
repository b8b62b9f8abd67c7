"""A claim as handed in -> the store. Folders, zips and the API end here."""

from __future__ import annotations

from services.adapters.store import Store
from services.domain.evidence import EvidenceFile
from services.ingest.folder import Intake


def store_intake(intake: Intake, store: Store) -> str:
    """Keep the claim with its tables and files; its id. A claim of the same number and enterprise is replaced."""
    repository = store.repository
    kept = [(file, *store.blobs.put_file(file.local)) for file in intake.files]
    with repository.transaction():
        claim_id = repository.put_claim(intake.claim)
        repository.put_trainees(claim_id, intake.trainees)
        if intake.roster is not None:
            repository.put_roster(None, claim_id, intake.roster)
        for file, sha256, size in kept:
            evidence = EvidenceFile(file.path, file.kind, sha256, size, file.media_type)
            repository.add_evidence(claim_id, evidence, name=file.path.rsplit("/", 1)[-1])
        for path, problem in intake.problems:
            repository.add_intake_problem(claim_id, path, problem)
    return claim_id
