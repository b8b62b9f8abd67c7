"""Taking an uploaded file into a claim: its place, its type by content, archives with all they hold."""

from __future__ import annotations

import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.adapters.queue import Queue
from services.adapters.store import Store
from services.domain.case import FileProblem
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.text import Message
from services.ingest.archive import ArchiveLimits, Budget, unpack
from services.ingest.folder import IGNORED
from services.ingest.sniff import family, sniff, type_problem

FOLDERS: dict[EvidenceKind, str] = {
    EvidenceKind.PLAN: "plan",
    EvidenceKind.NOTICE: "notice",
    EvidenceKind.ASSESSMENT: "assessments",
    EvidenceKind.SIGN_IN_SHEET: "sign_in_sheets",
    EvidenceKind.PHOTO: "photos",
    EvidenceKind.VIDEO: "videos",
    EvidenceKind.LEARNING_LOG: "learning_logs",
    EvidenceKind.FACE: "faces",
    EvidenceKind.INVOICE: "invoices",
    EvidenceKind.APPLICATION: "application",
}
_ENROLLED = re.compile(r"\d{17}[\dX]\.\w+", re.IGNORECASE)
_FACE_FOLDERS = ("enrolled", "checks")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]')
_NAME_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class Taken:
    """A file in a claim; `contains` what an archive held."""

    evidence_id: str
    created: bool
    file: EvidenceFile
    problem: FileProblem | None = None
    contains: tuple[Taken, ...] = ()


def safe_name(untrusted: str) -> str:
    """One file name without folders and signs that some file system refuses; never empty."""
    name = unicodedata.normalize("NFC", _UNSAFE.sub("_", re.split(r"[\\/]", untrusted)[-1])).strip(" .")
    if len(name) > _NAME_CHARACTERS:
        stem, dot, extension = name.rpartition(".")
        keep = len(dot + extension) if dot and len(extension) <= 10 else 0
        name = (stem if keep else name)[: _NAME_CHARACTERS - keep] + (dot + extension if keep else "")
    return name or "file"


def path_of(kind: EvidenceKind, untrusted_name: str) -> str:
    """The path in the claim. Pictures of faces named by an ID number, or with `enrolled/` before it, are reference pictures, others checks."""
    name = safe_name(untrusted_name)
    if kind is not EvidenceKind.FACE:
        return f"{FOLDERS[kind]}/{name}"
    parents = [part.lower() for part in re.split(r"[\\/]", untrusted_name)[:-1]]
    folder = next((f for f in _FACE_FOLDERS if f in parents), "enrolled" if _ENROLLED.fullmatch(name) else "checks")
    return f"{FOLDERS[kind]}/{folder}/{name}"


def take_upload(
    store: Store, claim_id: str, kind: EvidenceKind, untrusted_name: str, sha256: str, size: int, *, allowed: Callable[[], object] = lambda: None
) -> Taken:
    """Add stored bytes to a claim and have them read. The same bytes of the same kind again are the same evidence.

    An archive is unpacked: what it holds is evidence, the archive itself is kept beside it without a kind. `allowed` raises what
    forbids it; it is asked in the transaction that adds the evidence, so that no claim gains a file after it was submitted.
    """
    path = path_of(kind, untrusted_name)
    source = store.blobs.path(sha256)
    media_type = sniff(source)
    if family(media_type) == "archive" and path.lower().endswith(".zip"):
        return _take_archive(store, claim_id, kind, EvidenceFile(path, None, sha256, size, media_type), source, allowed)
    with store.repository.transaction():
        allowed()
        return _take(store, claim_id, EvidenceFile(path, kind, sha256, size, media_type), untrusted_name, same_bytes=True)


def _take(store: Store, claim_id: str, file: EvidenceFile, name: str, *, same_bytes: bool) -> Taken:
    problem = type_problem(file.path, file.media_type or "", file.kind)
    evidence_id, created = store.repository.add_evidence(claim_id, file, name=name, same_bytes=same_bytes)
    if created:
        if problem is not None:
            store.repository.add_intake_problem(claim_id, file.path, problem)
        enqueue_reading(store.queue, claim_id, evidence_id)
    return Taken(evidence_id, created, file, problem)


def enqueue_reading(queue: Queue, claim_id: str, evidence_id: str) -> None:
    """Reading starts at once, not at submission."""
    queue.enqueue("read.evidence", claim_id=claim_id, evidence_id=evidence_id)


def _take_archive(store: Store, claim_id: str, kind: EvidenceKind, archive: EvidenceFile, source: Path, allowed: Callable[[], object]) -> Taken:
    problems: list[tuple[str, FileProblem]] = []
    members: list[tuple[EvidenceFile, str]] = []
    with tempfile.TemporaryDirectory(prefix="hezheng-unpack-", dir=store.settings.data_dir) as directory:
        try:
            for member in unpack(source, Path(directory), Budget(ArchiveLimits())):
                inside = f"{archive.path}/{unicodedata.normalize('NFC', member.path)}"
                if member.problem is not None:
                    problems.append((inside, member.problem))
                elif member.local is not None and not IGNORED.search(inside):
                    media_type = sniff(member.local)
                    sha256, size = store.blobs.put_file(member.local)
                    members.append((EvidenceFile(inside, kind, sha256, size, media_type), member.path))
                    member.local.unlink()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            message = Message(f"{archive.path} 不是完好的 zip，请重新打包提交", f"{archive.path} is no sound zip ({error}); pack it again")
            problems.append((archive.path, FileProblem("file.unreadable", message)))
    with store.repository.transaction():
        allowed()
        evidence_id, created = store.repository.add_evidence(claim_id, archive, name=archive.path, same_bytes=True)
        if created:
            for path, problem in problems:
                store.repository.add_intake_problem(claim_id, path, problem)
        contains = tuple(_take(store, claim_id, file, name, same_bytes=False) for file, name in members)
    return Taken(evidence_id, created, archive, problems[0][1] if problems else None, contains)
