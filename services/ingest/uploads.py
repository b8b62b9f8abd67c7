"""Taking an uploaded file into a claim: its place, its type by content, archives with all they hold."""

from __future__ import annotations

import logging
import re
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.adapters.antivirus import scan as scan_file
from services.adapters.queue import Queue
from services.adapters.sandbox import Sandbox
from services.adapters.store import Store
from services.domain.case import FileProblem
from services.domain.errors import EvidenceError, FileTooLarge
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.text import Message
from services.ingest.archive import ArchiveLimits, unpack_all
from services.ingest.children import in_child
from services.ingest.fields import shown
from services.ingest.folder import IGNORED
from services.ingest.sniff import family, sniff, type_problem

log = logging.getLogger("hezheng.intake")

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
    scan: str | None = None


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


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """A file of an archive: its path there, where it lies, what it is."""

    path: str
    local: Path
    media_type: str


def take_upload(
    store: Store,
    sandbox: Sandbox,
    claim_id: str,
    kind: EvidenceKind,
    untrusted_name: str,
    sha256: str,
    size: int,
    *,
    scan: str | None = None,
    allowed: Callable[[], object] = lambda: None,
) -> Taken:
    """Add stored bytes to a claim and have them read. The same bytes of the same kind again are the same evidence.

    An archive is unpacked, in a child process: what it holds is evidence, the archive itself is kept beside it without a kind. A scanner looks
    into archives only so far and calls the rest clean: it is asked about each file of one by itself.
    `allowed` raises what forbids it; it is asked in the transaction that adds the evidence, so that no claim gains a file after it
    was submitted. `scan`: what a virus scanner said.
    """
    path = path_of(kind, untrusted_name)
    source = store.blobs.path(sha256)
    media_type = sniff(source)
    if family(media_type) == "archive" and path.lower().endswith(".zip"):
        archive = EvidenceFile(path, None, sha256, size, media_type)
        return _take_archive(store, sandbox, claim_id, kind, archive, source, scan, allowed)
    with store.repository.transaction():
        allowed()
        return _take(store, claim_id, EvidenceFile(path, kind, sha256, size, media_type), untrusted_name, same_bytes=True, scan=scan)


def _take(store: Store, claim_id: str, file: EvidenceFile, name: str, *, same_bytes: bool, scan: str | None) -> Taken:
    problem = type_problem(file.path, file.media_type or "", file.kind)
    evidence_id, created = store.repository.add_evidence(claim_id, file, name=name, same_bytes=same_bytes, scan=scan)
    if created:
        if problem is not None:
            store.repository.add_intake_problem(claim_id, file.path, problem)
        enqueue_reading(store.queue, claim_id, evidence_id)
    return Taken(evidence_id, created, file, problem, scan=scan)


def infected(untrusted_path: str, name: str) -> FileProblem:
    """Told of a file that was left out for what a scanner found in it."""
    path = shown(untrusted_path)
    return FileProblem("file.unreadable", Message(f"{path} 含有病毒（{name}），未处理；请杀毒后重新提交", f"{path} carries malware ({name}) and was not taken"))


def enqueue_reading(queue: Queue, claim_id: str, evidence_id: str) -> None:
    """Reading starts at once, not at submission."""
    queue.enqueue("read.evidence", claim_id=claim_id, evidence_id=evidence_id)


def unpacked(source: Path, into: Path) -> tuple[list[_Unpacked], list[tuple[str, FileProblem]]]:
    """Run in a child: the files of an archive with their types, and what was not taken."""
    files, problems = [], []
    for member in unpack_all(source, into, ArchiveLimits(), ignored=IGNORED):
        path = unicodedata.normalize("NFC", member.path)
        if member.problem is not None:
            problems.append((path, member.problem))
        elif member.local is not None:
            files.append(_Unpacked(path, member.local, sniff(member.local)))
    return files, problems


def _take_archive(
    store: Store, sandbox: Sandbox, claim_id: str, kind: EvidenceKind, archive: EvidenceFile, source: Path, scan: str | None, allowed: Callable[[], object]
) -> Taken:
    problems: list[tuple[str, FileProblem]] = []
    members: list[tuple[EvidenceFile, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="hezheng-unpack-", dir=sandbox.folder) as directory:
        try:
            files, refused = in_child(sandbox, unpacked, source, Path(directory))
            problems = [(f"{archive.path}/{path}", problem) for path, problem in refused]
            for file in files:
                found = scan_file(store.settings.clamav, file.local)
                if found.verdict == "infected":
                    problems.append((f"{archive.path}/{file.path}", infected(file.path, found.name)))
                else:
                    sha256, size = store.blobs.put_file(file.local)
                    members.append((EvidenceFile(f"{archive.path}/{file.path}", kind, sha256, size, file.media_type), file.path, found.verdict))
                file.local.unlink()
        except EvidenceError as error:
            log.info("an archive was not unpacked: %s", error)
            message = Message(f"{shown(archive.path)} 不是完好的 zip，请重新打包提交", f"{shown(archive.path)} is no sound zip; pack it again")
            problems = [(archive.path, FileProblem("file.too_large" if isinstance(error, FileTooLarge) else "file.unreadable", message))]
            members = []
    with store.repository.transaction():
        allowed()
        evidence_id, created = store.repository.add_evidence(claim_id, archive, name=archive.path, same_bytes=True, scan=scan)
        if created:
            for path, problem in problems:
                store.repository.add_intake_problem(claim_id, path, problem)
        contains = tuple(_take(store, claim_id, file, name, same_bytes=False, scan=verdict) for file, name, verdict in members)
    return Taken(evidence_id, created, archive, problems[0][1] if problems else None, contains, scan)
