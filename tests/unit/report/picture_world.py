"""The made-up claim's pictures as real files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.unit.report.claim_world import FONT, SHEETS, people, picture, row_box


def sheet_picture(names: Sequence[str], title: str) -> Image.Image:
    """A sign-in sheet whose rows lie where `row_box` says."""
    image = Image.new("RGB", (1240, 1754), "#fdfdf9")
    draw = ImageDraw.Draw(image)
    draw.text((380, 90), title, fill="#222222", font=ImageFont.truetype(FONT, 44))
    font = ImageFont.truetype(FONT, 24)
    for i, name in enumerate([*names, "王五", ""]):
        x, y, w, h = (v * s for v, s in zip(row_box(i + 1, len(names) + 2), (1240, 1754, 1240, 1754), strict=True))
        draw.rectangle((x, y, x + w, y + h), outline="#555555", width=2)
        for column, text in enumerate((str(i + 1), name, "", name)):
            draw.text((x + 20 + column * 270, y + h / 2 - 16), text, fill="#1b2a6b" if column == 3 else "#222222", font=font)
    return image


def files(folder: Path, count: int = 12) -> dict[str, Path]:
    """The claim's pictures as real files (path in the claim -> file); one of them is broken, the PDF is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    out: dict[str, Path] = {}
    for n, (path, _) in enumerate(SHEETS):
        out[path] = folder / f"s{n}.jpg"
        sheet_picture([p.name for p in people(count).people], "岗前培训签到表").save(out[path], quality=85)
    for n in range(6):
        out[f"photos/现场照片_{n + 1}.jpg"] = folder / f"p{n}.jpg"
        (folder / f"p{n}.jpg").write_bytes(picture(f"培训现场 {n + 1}", (1600, 1200), f"#{60 + 25 * n:02x}8a9a"))
    out["photos/损坏.jpg"] = folder / "broken.jpg"
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    return out
