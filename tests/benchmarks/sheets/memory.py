"""The most memory that a reading process takes: a scanned PDF of many pages, and a photo of 24 megapixels; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.benchmarks.sheets.pages import Case, make_page
from tests.benchmarks.sheets.reading import read_page

_PHOTO = (5712, 4284)


def measure(pages: Sequence[Case]) -> list[tuple[str, str]]:
    """(what was read, what its process says) for all `pages` as one PDF, and for the first photo among them enlarged."""
    with TemporaryDirectory() as folder:
        pdf, photo = Path(folder) / "scan.pdf", Path(folder) / "photo.jpg"
        pictures = [make_page(case)[0].convert("RGB") for case in pages]
        pictures[0].save(pdf, save_all=True, append_images=pictures[1:], resolution=200, quality=90)
        taken = next((i for i, case in enumerate(pages) if case.capture == "photo"), 0)
        size = _PHOTO if pictures[taken].width > pictures[taken].height else _PHOTO[::-1]
        pictures[taken].resize(size, Image.Resampling.BICUBIC).save(photo, quality=92)
        return [(name, _in_a_child(file)) for name, file in ((f"PDF of {len(pictures)} pages", pdf), ("photo of 24 megapixels", photo))]


def _in_a_child(file: Path) -> str:
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.sheets.memory", str(file)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _megabytes() -> float:
    """The most so far. Not `ru_maxrss`: that of a child begins with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def main() -> None:
    before = _megabytes()
    facts, seconds = read_page(Path(sys.argv[1]))
    rows = sum(len(table.rows) for page in facts.pages for table in page.tables)
    print(f"{len(facts.pages)} pages, {rows} rows, {seconds:.1f} s; {before:.0f} MB after import, {_megabytes():.0f} MB at most")


if __name__ == "__main__":
    main()
