from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from services.adapters.settings import Settings
from services.adapters.store import throw_away_store
from services.domain.errors import ClaimUnreadable
from services.domain.evidence import EvidenceKind
from services.ingest.archive import ArchiveLimits
from services.ingest.folder import Intake, take_in
from services.ingest.intake import store_intake

CLAIM = json.dumps({"enterprise": {"name": "厂"}, "project": {"name": "课", "start": "2021-11-08", "end": "2021-11-12", "class_hours": 40}}, ensure_ascii=False)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def _folder(root: Path) -> Path:
    folder = root / "CC-7"
    for name, data in {
        "claim.json": CLAIM.encode(),
        "photos/a.png": PNG,
        "签到表/1108.png": PNG,
        "photos/.DS_Store": b"x",
        "report/report.json": b"{}",
        "photos/text.jpg": b"hello",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def _paths(intake: Intake) -> dict[str, EvidenceKind | None]:
    return {file.path: file.kind for file in intake.files}


def test_a_folder(tmp_path: Path) -> None:
    intake = take_in(_folder(tmp_path), tmp_path / "work")
    assert _paths(intake) == {"photos/a.png": EvidenceKind.PHOTO, "photos/text.jpg": EvidenceKind.PHOTO, "签到表/1108.png": EvidenceKind.SIGN_IN_SHEET}
    assert intake.claim.claim_no == "CC-7" and intake.trainees is None
    assert [(path, problem.code) for path, problem in intake.problems] == [("photos/text.jpg", "file.type_mismatch")]


@pytest.mark.parametrize("top", ["", "CC-7/"])
def test_a_zip_at_its_root_or_in_one_top_folder(tmp_path: Path, top: str) -> None:
    folder = _folder(tmp_path)
    path = tmp_path / "CC-8.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, top + file.relative_to(folder).as_posix())
    intake = take_in(path, tmp_path / "work")
    assert intake.claim.claim_no == "CC-8" and "签到表/1108.png" in _paths(intake)


def test_names_written_by_chinese_windows(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    raw = "签到表/上午.png".encode("gb18030")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("claim.json", CLAIM)
        archive.writestr("x" * len(raw), PNG)
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert _paths(take_in(path, tmp_path / "work"))["签到表/上午.png"] is EvidenceKind.SIGN_IN_SHEET


def test_entries_that_point_outside_links_and_bombs_are_refused_and_the_rest_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    link = zipfile.ZipInfo("photos/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("claim.json", CLAIM)
        archive.writestr("../../evil.png", PNG)
        archive.writestr("/abs.png", PNG)
        archive.writestr(link, "/etc/passwd")
        archive.writestr("photos/bomb.png", b"\0" * 80_000_000)
        archive.writestr("photos/good.png", PNG)
    intake = take_in(path, tmp_path / "work", ArchiveLimits(ratio=10))
    assert _paths(intake) == {"photos/good.png": EvidenceKind.PHOTO}
    assert sorted(problem.code for _, problem in intake.problems) == ["file.too_large", "file.unreadable", "file.unreadable", "file.unreadable"]
    assert not list(tmp_path.rglob("evil*"))


def test_an_archive_among_the_evidence_is_opened(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    with zipfile.ZipFile(folder / "photos" / "more.zip", "w") as archive:
        archive.writestr("一/b.png", PNG)
    (folder / "photos" / "broken.zip").write_bytes(b"PK\x03\x04 nothing")
    intake = take_in(folder, tmp_path / "work")
    assert _paths(intake)["photos/more.zip/一/b.png"] is EvidenceKind.PHOTO
    assert ("photos/broken.zip", "file.unreadable") in [(path, problem.code) for path, problem in intake.problems]


def test_a_broken_table_is_named_and_taken_as_absent(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "trainees.xlsx").write_bytes(b"no table")
    intake = take_in(folder, tmp_path / "work")
    assert intake.trainees is None and any(path == "trainees.xlsx" for path, _ in intake.problems)


def test_no_claim(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.zip").write_bytes(b"no zip")
    for source in (tmp_path / "empty", tmp_path / "x.zip", tmp_path / "absent"):
        with pytest.raises(ClaimUnreadable):
            take_in(source, tmp_path / "work")


def test_names_in_gbk_as_chinese_windows_writes_them(tmp_path: Path) -> None:
    folder = os.fsencode(_folder(tmp_path))
    inside = os.path.join(folder, "照片".encode("gbk"))
    os.mkdir(inside)
    with open(os.path.join(inside, "开班.png".encode("gbk")), "wb") as file:
        file.write(PNG)
    assert _paths(take_in(Path(os.fsdecode(folder)), tmp_path / "work"))["照片/开班.png"] is EvidenceKind.PHOTO


def test_a_linked_folder_is_not_taken_and_told(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "v.mp4").write_bytes(b"x")
    (folder / "videos").symlink_to(tmp_path / "elsewhere")
    (folder / ".git").symlink_to(tmp_path / "elsewhere")
    problems = take_in(folder, tmp_path / "work").problems
    assert ("videos", "file.unreadable") in [(path, problem.code) for path, problem in problems]
    assert ".git" not in [path for path, _ in problems]


def test_a_file_past_the_bound_is_told_without_being_copied(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "videos").mkdir(exist_ok=True)
    with (folder / "videos" / "long.mp4").open("wb") as file:
        file.truncate(6 * 1024**3)  # sparse: it takes no room unless somebody copies it
    with throw_away_store(Settings(data_dir=tmp_path / "unused")) as store:
        claim_id = store_intake(take_in(folder, tmp_path / "work"), store)
        assert "videos/long.mp4" not in [f.path for f in store.repository.evidence(claim_id)]
        assert ("videos/long.mp4", "file.too_large") in [(path, problem.code) for path, problem in store.repository.intake_problems(claim_id)]
        assert sum(p.stat().st_size for p in store.blobs.root.rglob("*") if p.is_file()) < 1_000_000
