"""A claim as handed in -> the store. Folders, zips and the API end here."""

from __future__ import annotations

import logging
from dataclasses import replace

from services.adapters.antivirus import Scan, ScannerAway, scan
from services.adapters.store import Store
from services.domain.case import FileProblem
from services.domain.evidence import EvidenceFile
from services.domain.text import Message
from services.ingest.fields import shown
from services.ingest.folder import Intake, IntakeFile
from services.ingest.uploads import infected

log = logging.getLogger("hezheng.intake")


def store_intake(intake: Intake, store: Store) -> str:
    """Keep the claim with its tables and files; its id. A claim of the same number and enterprise is replaced."""
    repository = store.repository
    intake = _without_refused(intake, store.settings.max_upload_bytes)
    kept, problems = [], list(intake.problems)
    for file in intake.files:
        found = _scanned(file, store)
        if found.verdict == "infected":
            problems.append((file.path, infected(file.path, found.name)))
        else:
            kept.append((file, found.verdict, *store.blobs.put_file(file.local)))
    with repository.transaction():
        claim_id = repository.put_claim(intake.claim)
        repository.put_trainees(claim_id, intake.trainees)
        if intake.roster is not None:
            repository.put_roster(None, claim_id, intake.roster)
        for file, verdict, sha256, size in kept:
            evidence = EvidenceFile(file.path, file.kind, sha256, size, file.media_type)
            repository.add_evidence(claim_id, evidence, name=file.path.rsplit("/", 1)[-1], scan=verdict)
        for path, problem in problems:
            repository.add_intake_problem(claim_id, path, problem)
    return claim_id


def _without_refused(intake: Intake, most: int) -> Intake:
    """Files past the bound of one upload are told, not copied first."""
    large = [file for file in intake.files if file.local.stat().st_size > most]
    zh, en = (
        f"超过单个文件 {most} 字节的上限，未处理；请拆分或压缩后重新提交",
        f"is larger than the {most} bytes of one file and was not taken; split or shrink it",
    )
    told = [(f.path, FileProblem("file.too_large", Message(f"{shown(f.path)} {zh}", f"{shown(f.path)} {en}"))) for f in large]
    return replace(intake, files=tuple(f for f in intake.files if f not in large), problems=(*intake.problems, *told))


def _scanned(file: IntakeFile, store: Store) -> Scan:
    """A scanner that is away is told in the log: on the command line there is nobody to try again later."""
    try:
        return scan(store.settings.clamav, file.local)
    except ScannerAway as error:
        log.warning("%s", error)
        return Scan("not_scanned", str(error))
