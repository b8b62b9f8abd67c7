"""A claim folder (or a zip of it) -> claim, tables and evidence files on disk, each with its kind.

Bad input never loses good input: what cannot be taken is named in `problems`, the rest is there.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from services.domain.case import FileProblem
from services.domain.claim import Claim, Roster, Trainees
from services.domain.errors import ClaimUnreadable, EvidenceError, FieldProblem
from services.domain.evidence import EvidenceKind
from services.domain.text import Message
from services.ingest.archive import ArchiveLimits, Budget, Member, unpack_whole
from services.ingest.claim_json import load_claim
from services.ingest.sniff import family, sniff, type_problem
from services.ingest.tables import read_roster, read_trainees

KIND_FOLDERS: dict[str, EvidenceKind] = {
    "plan": EvidenceKind.PLAN, "plans": EvidenceKind.PLAN, "培训方案": EvidenceKind.PLAN, "培训计划": EvidenceKind.PLAN,
    "notice": EvidenceKind.NOTICE, "notices": EvidenceKind.NOTICE, "培训通知": EvidenceKind.NOTICE,
    "assessments": EvidenceKind.ASSESSMENT, "assessment": EvidenceKind.ASSESSMENT, "评价记录": EvidenceKind.ASSESSMENT, "技能评价记录": EvidenceKind.ASSESSMENT,
    "sign_in_sheets": EvidenceKind.SIGN_IN_SHEET, "sign_in_sheet": EvidenceKind.SIGN_IN_SHEET, "签到表": EvidenceKind.SIGN_IN_SHEET, "签到簿": EvidenceKind.SIGN_IN_SHEET,
    "photos": EvidenceKind.PHOTO, "photo": EvidenceKind.PHOTO, "照片": EvidenceKind.PHOTO,
    "videos": EvidenceKind.VIDEO, "video": EvidenceKind.VIDEO, "视频": EvidenceKind.VIDEO,
    "learning_logs": EvidenceKind.LEARNING_LOG, "learning_log": EvidenceKind.LEARNING_LOG, "线上学习记录": EvidenceKind.LEARNING_LOG,
    "faces": EvidenceKind.FACE, "face": EvidenceKind.FACE, "人脸": EvidenceKind.FACE,
    "invoices": EvidenceKind.INVOICE, "invoice": EvidenceKind.INVOICE, "发票": EvidenceKind.INVOICE, "培训发票": EvidenceKind.INVOICE,
    "application": EvidenceKind.APPLICATION, "applications": EvidenceKind.APPLICATION, "申报材料": EvidenceKind.APPLICATION,
}  # fmt: skip
T = TypeVar("T")
_TABLE_NAMES = {
    "trainees": ("trainees", "培训补贴人员信息", "学员名单", "培训人员名单"),
    "roster": ("roster", "参保职工", "参保名单", "参保人员名单"),
}
IGNORED = re.compile(r"(^|/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini|~\$[^/]*)(/|$)", re.IGNORECASE)
"""What systems and programs leave behind beside the files that people mean."""


@dataclass(frozen=True, slots=True)
class IntakeFile:
    """One evidence file: its path in the claim, where its bytes lie, what it is."""

    path: str
    local: Path
    kind: EvidenceKind | None
    media_type: str


@dataclass(frozen=True, slots=True)
class Intake:
    """A claim as handed in. `problems` name a path and what is wrong with it; the file itself may be in `files` all the same."""

    claim: Claim
    trainees: Trainees | None
    roster: Roster | None
    files: tuple[IntakeFile, ...]
    problems: tuple[tuple[str, FileProblem], ...]


def kind_of(path: str) -> EvidenceKind | None:
    """The kind that the top folder of a path in the claim stands for."""
    top, slash, _ = unicodedata.normalize("NFC", path).partition("/")
    return KIND_FOLDERS.get(top.strip().lower()) if slash else None


Opener = Callable[[Callable[[Path, Any], Any], Path, Any], Any]
"""Calls `read(path, argument)`: directly, or in a child process, where a table or an archive from outside can do no harm."""


def directly(read: Callable[[Path, Any], T], path: Path, argument: Any) -> T:
    return read(path, argument)


def take_in(source: Path, workspace: Path, limits: ArchiveLimits | None = None, opened: Opener = directly) -> Intake:
    """Read a claim folder or zip; archives are unpacked under `workspace`, which has to be where `opened` may write. Raises ClaimUnreadable if
    there is no readable claim."""
    if not source.exists():
        raise ClaimUnreadable(Message(f"找不到 {source}", f"{source} does not exist"), file=str(source))
    budget = Budget(limits or ArchiveLimits())
    problems: list[tuple[str, FileProblem]] = []
    listed = _folder_files(source, problems) if source.is_dir() else _zip_files(source, workspace / "claim", budget, problems, opened)
    found = dict(listed)
    found, problems = _below_claim_json(found, problems)
    name = source.name if source.is_dir() else re.sub(r"\.zip$", "", source.name, flags=re.IGNORECASE)
    claim = load_claim(_claim_bytes(found, source), name)
    trainees = _table(found, "trainees", read_trainees, problems, opened)
    roster = _table(found, "roster", read_roster, problems, opened)
    files = list(_evidence(found, _Unpacking(workspace, budget, problems, opened), depth=1))
    return Intake(claim, trainees, roster, tuple(files), tuple(problems))


def _folder_files(root: Path, problems: list[tuple[str, FileProblem]]) -> list[tuple[str, Path]]:
    listed = []

    def closed(error: OSError) -> None:
        path = _path_in(root, Path(error.filename))
        problems.append(
            (path, FileProblem("file.unreadable", Message(f"文件夹 {path} 无法打开，未处理", f"the folder {path} cannot be opened and was not taken")))
        )

    for folder, folders, names in os.walk(root, onerror=closed):
        if Path(folder) == root:
            folders[:] = [f for f in folders if f != "report"]
        folders.sort()
        for name in sorted([*names, *(f for f in folders if os.path.islink(os.path.join(folder, f)))]):
            local = Path(folder) / name
            path = _path_in(root, local)
            if IGNORED.search(path):
                continue
            if local.is_symlink() or not local.is_file():
                problems.append((path, FileProblem("file.unreadable", Message(f"{path} 不是普通文件，未处理", f"{path} is no regular file and was not taken"))))
                continue
            listed.append((path, local))
    return listed


def _path_in(root: Path, local: Path) -> str:
    """The path in the claim, `/` between parts. Names that Chinese Windows wrote are in GBK, which the system hands on as undecoded bytes."""
    path = local.relative_to(root).as_posix()
    raw = os.fsencode(path)
    for encoding in ("utf-8", "gb18030"):
        try:
            return unicodedata.normalize("NFC", raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return unicodedata.normalize("NFC", raw.decode("utf-8", "replace"))


def _unpack(archive: Path, into: Path, budget: Budget, opened: Opener) -> tuple[list[Member], str | None]:
    """What is in an archive, and why it is none, or only in part one."""
    try:
        members, left, broken = opened(unpack_whole, archive, (into, budget))
    except EvidenceError as error:
        return [], error.message.en
    budget.entries, budget.bytes = left.entries, left.bytes
    return members, broken


def _zip_files(source: Path, into: Path, budget: Budget, problems: list[tuple[str, FileProblem]], opened: Opener) -> list[tuple[str, Path]]:
    listed = []
    members, broken = _unpack(source, into, budget, opened)
    if broken is not None:
        raise ClaimUnreadable(
            Message(f"{source.name} 既不是文件夹也不是完好的 zip（{broken}）", f"{source.name} is neither a folder nor a sound zip ({broken})"),
            file=source.name,
        )
    for member in members:
        if member.problem is not None:
            problems.append((member.path, member.problem))
        elif member.local is not None and not IGNORED.search(member.path):
            listed.append((unicodedata.normalize("NFC", member.path), member.local))
    return sorted(listed)


def _below_claim_json(found: dict[str, Path], problems: list[tuple[str, FileProblem]]) -> tuple[dict[str, Path], list[tuple[str, FileProblem]]]:
    """The claim may lie inside one top folder: take paths from where claim.json is."""
    if "claim.json" in found:
        return found, problems
    tops = [p for p in found if p.count("/") == 1 and p.endswith("/claim.json")]
    if len(tops) != 1:
        return found, problems
    prefix = tops[0].removesuffix("claim.json")
    cut = {p.removeprefix(prefix): local for p, local in found.items() if p.startswith(prefix)}
    return cut, [(p.removeprefix(prefix), problem) for p, problem in problems]


def _claim_bytes(found: dict[str, Path], source: Path) -> bytes:
    missing = Message(f"{source.name} 中没有 claim.json", f"there is no claim.json in {source.name}")
    if "claim.json" not in found:
        raise ClaimUnreadable(
            missing,
            (FieldProblem("claim.json", "无（缺少） / missing", Message("申报文件 claim.json", "the file claim.json")),),
            file=f"{source.name}/claim.json",
        )
    if found["claim.json"].stat().st_size > 64 * 1024**2:
        raise ClaimUnreadable(Message("claim.json 超过 64 MB", "claim.json is larger than 64 MB"))
    return found["claim.json"].read_bytes()


def _table(found: dict[str, Path], which: str, read: Callable[[Path, str], T], problems: list[tuple[str, FileProblem]], opened: Opener) -> T | None:
    """The first readable table of the name; an unreadable one is named and taken as absent."""
    names = _TABLE_NAMES[which]
    candidates = [p for p in found if "/" not in p and Path(p).stem.lower() in names and Path(p).suffix.lower() in (".xlsx", ".csv", ".xls")]
    for path in sorted(candidates, key=lambda p: (names.index(Path(p).stem.lower()), (".xlsx", ".csv", ".xls").index(Path(p).suffix.lower()))):
        try:
            table: T = opened(read, found[path], path)
            return table
        except EvidenceError as error:
            problems.append((path, FileProblem(error.code, error.message)))
    return None


@dataclass(frozen=True, slots=True)
class _Unpacking:
    """Where archives in a claim go, how much they may still hold, what of them was not taken."""

    workspace: Path
    budget: Budget
    problems: list[tuple[str, FileProblem]]
    opened: Opener


def _evidence(found: dict[str, Path], unpacking: _Unpacking, depth: int) -> Iterator[IntakeFile]:
    for path, local in sorted(found.items()):
        if "/" not in path:
            continue
        kind = kind_of(path)
        media_type = sniff(local)
        if kind is not None and family(media_type) == "archive" and path.lower().endswith(".zip"):
            yield from _nested(path, local, unpacking, depth)
            continue
        problem = type_problem(path, media_type, kind)
        if problem is not None and kind is not None:
            unpacking.problems.append((path, problem))
        yield IntakeFile(path, local, kind, media_type)


def _nested(path: str, local: Path, unpacking: _Unpacking, depth: int) -> Iterator[IntakeFile]:
    budget, problems = unpacking.budget, unpacking.problems
    if depth > budget.limits.depth:
        problems.append((path, FileProblem("file.too_large", Message(f"{path} 压缩层数过多，未处理", f"{path} is nested too deeply and was not taken"))))
        return
    inner: dict[str, Path] = {}
    into = unpacking.workspace / f"nested-{budget.entries}-{len(problems)}-{local.stem[:20]}"
    members, broken = _unpack(local, into, budget, unpacking.opened)
    for member in members:
        inside = f"{path}/{unicodedata.normalize('NFC', member.path)}"
        if member.problem is not None:
            problems.append((inside, member.problem))
        elif member.local is not None and not IGNORED.search(inside):
            inner[inside] = member.local
    if broken is not None:
        problems.append((path, FileProblem("file.unreadable", Message(f"{path} 不是完好的 zip（{broken}）", f"{path} is no sound zip ({broken})"))))
    yield from _evidence(inner, unpacking, depth + 1)
