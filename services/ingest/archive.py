"""Safe unpacking of zip files from outside: bounded in entries, size, ratio and depth; nothing is written outside its folder."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from services.adapters.zip_files import open_zip
from services.domain.case import FileProblem
from services.domain.text import Message

_METHODS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
"""What programs for zips write. LZMA is none of them: its window, which may be of 4 GB, is the archive's own choice."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bounds before and while unpacking. Bytes as named; `ratio` is unpacked to packed size, counted above 50 MB."""

    entries: int = 20_000
    total_bytes: int = 20 * 1024**3
    entry_bytes: int = 5 * 1024**3
    ratio: int = 200
    depth: int = 3


class Budget:
    """What one claim's archives may still unpack, shared by nested ones."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self.limits, self.entries, self.bytes = limits, limits.entries, limits.total_bytes


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: unpacked at `local`, or refused with `problem`."""

    path: str
    local: Path | None
    problem: FileProblem | None = None


def unpack_whole(archive_path: Path, argument: tuple[Path, Budget]) -> tuple[list[Member], Budget, str | None]:
    """For a child: every file of the archive under a folder, what is left of the budget, and why it is no archive, or only in part one."""
    into, budget = argument
    members: list[Member] = []
    try:
        for member in unpack(archive_path, into, budget):
            members.append(member)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return members, budget, str(error) or type(error).__name__
    return members, budget, None


def unpack(archive_path: Path, into: Path, budget: Budget) -> Iterator[Member]:
    """Every file of the archive, unpacked under `into` by number, never by its name. Raises zipfile.BadZipFile if it is no archive."""
    packed = max(1, archive_path.stat().st_size)
    unpacked = 0
    with open_zip(archive_path) as archive:
        for number, info in enumerate(archive.infolist()):
            if info.is_dir():
                continue
            path, problem = _checked_name(info)
            if problem is None:
                problem = _refusal(info, budget)
            if problem is not None:
                yield Member(path, None, problem)
                continue
            budget.entries -= 1
            local = into / f"{number:06d}{PurePosixPath(path).suffix[:12]}"
            try:
                size = _copy(archive, info, local, min(budget.bytes, budget.limits.entry_bytes, max(50 * 1024**2, packed * budget.limits.ratio - unpacked)))
            except _TooLarge:
                local.unlink(missing_ok=True)
                yield Member(
                    path, None, FileProblem("file.too_large", Message(f"{path} 解压后过大，未处理", f"{path} is too large when unpacked and was not taken"))
                )
                continue
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
                local.unlink(missing_ok=True)
                yield Member(
                    path,
                    None,
                    FileProblem(
                        "file.unreadable",
                        Message(f"压缩包中的 {path} 已损坏（{error}），请重新打包", f"{path} in the archive is damaged ({error}); pack it again"),
                    ),
                )
                continue
            unpacked += size
            budget.bytes -= size
            yield Member(path, local)


class _TooLarge(Exception):
    pass


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, local: Path, most: int) -> int:
    """Unpack one member, counting bytes as they come: the size in the directory is the archive's own claim."""
    local.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(info) as source, local.open("wb") as target:
        while chunk := source.read(1 << 20):
            size += len(chunk)
            if size > most:
                raise _TooLarge
            target.write(chunk)
    return size


def _checked_name(info: zipfile.ZipInfo) -> tuple[str, FileProblem | None]:
    """The member's path with `/`, decoded; and why it is refused, if it points outside."""
    name = info.filename
    if not info.flag_bits & 0x800:  # not flagged as UTF-8: Chinese Windows writes GBK, others UTF-8 all the same
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    path = name.replace("\\", "/")
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or (parts and ":" in parts[0]) or "\x00" in path:
        shown = "/".join(p for p in parts if p not in ("..", "/"))[-120:] or "?"
        return shown, FileProblem(
            "file.unreadable", Message(f"压缩包条目“{shown}”的路径越界，未处理", f"the archive entry “{shown}” points outside the archive and was not taken")
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        return path, FileProblem("file.unreadable", Message(f"压缩包条目“{path}”是链接，未处理", f"the archive entry “{path}” is a link and was not taken"))
    return "/".join(parts), None


def _refusal(info: zipfile.ZipInfo, budget: Budget) -> FileProblem | None:
    if info.flag_bits & 0x1:
        return FileProblem("file.encrypted", Message("压缩包已加密，请提交未加密的文件", "the archive is encrypted; submit it without a password"))
    if info.compress_type not in _METHODS:
        return FileProblem(
            "file.unreadable",
            Message(
                "压缩包采用不支持的压缩方式，请以普通 zip 格式重新打包",
                "the archive is packed by a method that is not taken here; pack it as an ordinary zip",
            ),
        )
    if budget.entries <= 0:
        return FileProblem(
            "file.too_large",
            Message(
                f"压缩包内文件超过 {budget.limits.entries} 个，其余未处理", f"the archive has more than {budget.limits.entries} files; the rest was not taken"
            ),
        )
    if info.file_size > min(budget.bytes, budget.limits.entry_bytes):
        return FileProblem("file.too_large", Message("压缩包内文件解压后过大，未处理", "a file of the archive is too large when unpacked and was not taken"))
    return None


def unpack_all(archive_path: Path, into: Path, limits: ArchiveLimits, *, ignored: re.Pattern[str] | None = None) -> list[Member]:
    """Every file of an archive and of the archives in it, down to `limits.depth`. Raises zipfile.BadZipFile and what reading it raises."""
    return list(_unpack_level(archive_path, into, Budget(limits), ignored, 1))


def _unpack_level(archive_path: Path, into: Path, budget: Budget, ignored: re.Pattern[str] | None, depth: int) -> Iterator[Member]:
    for member in unpack(archive_path, into, budget):
        if ignored is not None and ignored.search(member.path):
            if member.local is not None:
                member.local.unlink()
        elif member.local is None or not _is_archive(member):
            yield member
        elif depth >= budget.limits.depth:
            member.local.unlink()
            message = Message(f"压缩包嵌套超过 {budget.limits.depth} 层，未处理", f"archives are nested more than {budget.limits.depth} deep; not taken")
            yield Member(member.path, None, FileProblem("file.too_large", message))
        else:
            yield from _unpack_inner(member, into / f"in-{budget.entries}", budget, ignored, depth)


def _unpack_inner(outer: Member, into: Path, budget: Budget, ignored: re.Pattern[str] | None, depth: int) -> Iterator[Member]:
    assert outer.local is not None
    try:
        for member in _unpack_level(outer.local, into, budget, ignored, depth + 1):
            yield Member(f"{outer.path}/{member.path}", member.local, member.problem)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        message = Message("压缩包已损坏，请重新打包提交", "the archive is no sound zip; pack it again")
        yield Member(outer.path, None, FileProblem("file.unreadable", message))
    outer.local.unlink(missing_ok=True)


def _is_archive(member: Member) -> bool:
    """By its name and its first bytes: an xlsx or docx is packed the same way, but is a file of its own."""
    assert member.local is not None
    if not member.path.lower().endswith(".zip"):
        return False
    with member.local.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
