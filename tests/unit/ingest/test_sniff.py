from __future__ import annotations

from pathlib import Path

import pytest

from services.domain.evidence import EvidenceKind
from services.ingest.sniff import sniff, type_problem


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xd8\xff\xe0abc", "image/jpeg"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video/mp4"),
        (b"\0\0\0\x18moovxxxx", "video/mp4"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        (b"RIFF\0\0\0\0WAVEfmt ", "application/octet-stream"),
        ("姓名,身份证号\n".encode("gb18030"), "text/plain"),
        ("姓名,身份证号\n".encode("utf-16"), "text/plain"),
        (b"\0\1\2\3\4\5", "application/octet-stream"),
        (b"%!PS-Adobe", "application/postscript"),
        (b"", "application/x-empty"),
    ],
)
def test_content_tells(tmp_path: Path, data: bytes, media_type: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert sniff(path) == media_type


def test_another_family_than_the_name_says_is_a_finding() -> None:
    problem = type_problem("videos/a.mp4", "text/plain", EvidenceKind.VIDEO)
    assert problem is not None and problem.code == "file.type_mismatch"


def test_a_video_among_the_photos_is_a_finding() -> None:
    problem = type_problem("photos/a.mp4", "video/mp4", EvidenceKind.PHOTO)
    assert problem is not None and "照片" in problem.message.zh


@pytest.mark.parametrize(
    ("path", "media_type", "kind"),
    [
        ("photos/a.jpg", "image/png", EvidenceKind.PHOTO),
        ("videos/a.mov", "video/mp4", EvidenceKind.VIDEO),
        ("sign_in_sheets/a.pdf", "application/pdf", EvidenceKind.SIGN_IN_SHEET),
        ("videos/empty.mp4", "application/x-empty", EvidenceKind.VIDEO),  # told as file.empty
    ],
)
def test_names_that_phones_mix_up_are_none(path: str, media_type: str, kind: EvidenceKind) -> None:
    assert type_problem(path, media_type, kind) is None
