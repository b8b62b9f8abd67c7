"""Fonts of the test material: handwriting under the SIL Open Font License from npm's Fontsource packages, print from Debian's Noto CJK.

Handwriting fonts are fetched once with `npm pack` into ~/.cache/hezheng-test-fonts (HEZHENG_TEST_FONTS overrides) and are never committed. The held-out
hands, drawn from stroke data (pen.py), are for measuring only: nothing is fitted on them.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

from tests.generators.pen import PENS, build_pen_font

HAND_PACKAGES = {
    "ma-shan-zheng": "5.3.1",
    "zhi-mang-xing": "5.3.0",
    "long-cang": "5.3.0",
    "liu-jian-mao-cao": "5.3.0",
    "zcool-kuaile": "5.3.0",
}
"""Fontsource package -> version. The first four are brush and pen hands (from neat to cursive), the last is a round felt-pen hand."""

STROKES, STROKES_VERSION = "hanzi-writer-data", "2.0.1"

NOTO = Path("/usr/share/fonts/opentype/noto")
_SIMPLIFIED = 2
"""Index of the Simplified Chinese face in Noto's collections (JP, KR, SC, TC, HK)."""


class FontsMissing(RuntimeError):
    """Fonts of the test material cannot be had; the message says how to get them."""


def font_cache() -> Path:
    return Path(os.environ.get("HEZHENG_TEST_FONTS", Path.home() / ".cache" / "hezheng-test-fonts"))


@cache
def handwriting_fonts() -> tuple[Path, ...]:
    """TrueType files of the handwriting fonts, fetched when absent. Raises FontsMissing."""
    return tuple(_font(name, version) for name, version in HAND_PACKAGES.items())


@cache
def held_out_fonts() -> tuple[Path, ...]:
    """TrueType files of the ball-pen hands, built when absent (half a minute each). Raises FontsMissing."""
    return tuple(_pen_font(name) for name in PENS)


def _pen_font(name: str) -> Path:
    folder = font_cache()
    target, archive = folder / f"{name}.ttf", folder / f"{STROKES}-{STROKES_VERSION}.tgz"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if not archive.exists():
            _npm_pack(f"{STROKES}@{STROKES_VERSION}", folder)
        temporary = target.with_name(f".{name}.{os.getpid()}.ttf")
        build_pen_font(name, archive, temporary)
        temporary.replace(target)
    return target


def _font(name: str, version: str) -> Path:
    folder = font_cache()
    target = folder / f"{name}.ttf"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / f"fontsource-{name}-{version}.tgz"
    if not package.exists():
        _npm_pack(f"@fontsource/{name}@{version}", folder)
    with tarfile.open(package) as archive:
        member = archive.extractfile(f"package/files/{name}-chinese-simplified-400-normal.woff2")
        if member is None:
            raise FontsMissing(f"{package} holds no simplified Chinese face of {name}")
        font = TTFont(io.BytesIO(member.read()))
    font.flavor = None
    temporary = target.with_name(f".{name}.{os.getpid()}.ttf")
    font.save(temporary)
    temporary.replace(target)
    return target


def _npm_pack(spec: str, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FontsMissing(f"the handwriting font {spec} is not in {folder} and npm is not installed: apt-get install npm, or copy the .ttf there")
    done = subprocess.run([npm, "pack", spec, "--silent"], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise FontsMissing(f"npm pack {spec} failed: {done.stderr.strip()[-400:]}")


@cache
def printed_faces() -> tuple[tuple[Path, int], ...]:
    """(file, face index) of fonts for print. Raises FontsMissing."""
    faces = tuple((NOTO / f"Noto{kind}CJK-Regular.ttc", _SIMPLIFIED) for kind in ("Serif", "Sans"))
    absent = [str(path) for path, _ in faces if not path.exists()]
    if absent:
        raise FontsMissing(f"missing {', '.join(absent)}: apt-get install fonts-noto-cjk")
    return faces


@cache
def load(path: Path, size: int, index: int = 0) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, index=index)


@cache
def coverage(path: Path) -> frozenset[int]:
    """Code points that a TrueType file can draw."""
    with TTFont(path) as font:
        return frozenset(font.getBestCmap())
