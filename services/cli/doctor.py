"""`hezheng doctor`: what this machine lacks, and how to mend it."""

from __future__ import annotations

import importlib
import os
import shutil
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import typer

from services.adapters.antivirus import ScannerAway, version
from services.adapters.confinement import probe_walls
from services.adapters.database import wal_is_safe
from services.adapters.settings import Settings

_PYTHON = (3, 11)
_PACKAGES = ("rapidocr", "onnxruntime", "cv2", "PIL", "pillow_heif", "pypdfium2", "av", "face_recognition", "weasyprint", "zxingcpp", "pdqhash", "openpyxl")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing looked at. `needed` False: without it something is worse, not broken."""

    name: str
    found: str | None
    mend: str
    needed: bool = True
    note: str = ""


def run() -> int:
    """Print each thing with a mark; 0 if all that is needed is there, else 1."""
    items = [item for look in _LOOKS for item in look()]
    for item in items:
        mark = "✓" if item.found else ("✗" if item.needed else "–")
        typer.echo(f"{mark} {item.name}: {item.found or '缺少 missing'}{'  ' + item.note if item.note else ''}")
        if not item.found:
            typer.echo(f"    → {item.mend}")
    missing = sum(item.needed and not item.found for item in items)
    typer.echo("一切就绪 / all there" if not missing else f"缺少 {missing} 项必需内容 / {missing} needed things are missing")
    return 1 if missing else 0


def _python() -> list[Item]:
    version = ".".join(map(str, sys.version_info[:3]))
    return [Item("Python", version if sys.version_info[:2] >= _PYTHON else None, "install Python 3.11 or 3.12 and make the environment again: make setup")]


def _programs() -> list[Item]:
    return [
        Item("ffmpeg", _version("ffmpeg", "-version"), "apt-get install ffmpeg"),
        Item("ffprobe", _version("ffprobe", "-version"), "apt-get install ffmpeg"),
        Item(
            "tesseract", _version("tesseract", "--version"), "apt-get install tesseract-ocr tesseract-ocr-chi-sim", needed=Settings().ocr_engine == "tesseract"
        ),
        Item("tesseract chi_sim", _tesseract_chinese(), "apt-get install tesseract-ocr-chi-sim", needed=Settings().ocr_engine == "tesseract"),
    ]


def _walls() -> list[Item]:
    """How decoders of untrusted files are held: resource limits everywhere, these where the kernel has them (bubblewrap asks it for the same)."""
    walls = probe_walls()
    limits = "内存、CPU、文件大小限制始终生效 limits of memory, CPU and file size hold either way"
    return [
        Item("decoders without network", "network namespace" if walls.network else None, "allow user namespaces, or run as root in a container", False, limits),
        Item("decoders read no keys", "mount namespace" if walls.keys else None, "allow user namespaces and mounts in them, or run as root", False, limits),
        Item("decoders write nowhere else", "Landlock" if walls.landlock else None, "use Linux 5.13 or later with Landlock switched on", False, limits),
    ]


def _scanner() -> list[Item]:
    address = Settings().clamav
    if not address:
        mend = "set HEZHENG_CLAMAV=/run/clamav/clamd.ctl; until then every file is told to be not_scanned"
        return [Item("ClamAV", None, mend, needed=False)]
    try:
        return [Item("ClamAV", version(address), "")]
    except ScannerAway:
        return [Item("ClamAV", None, f"clamd does not answer at {address}: start it, or unset HEZHENG_CLAMAV")]


def _version(program: str, option: str) -> str | None:
    if shutil.which(program) is None:
        return None
    done = subprocess.run([program, option], capture_output=True, text=True, timeout=20, check=False)
    return (done.stdout or done.stderr).splitlines()[0][:70] if done.returncode == 0 else None


def _tesseract_chinese() -> str | None:
    if shutil.which("tesseract") is None:
        return None
    done = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=20, check=False)
    return "chi_sim" if "chi_sim" in done.stdout.split() else None


def _packages() -> list[Item]:
    found = []
    for name in _PACKAGES:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = importlib.import_module(name)
            found.append(Item(f"Python package {name}", str(getattr(module, "__version__", "there")), ""))
        except Exception as error:  # a missing system library shows as any kind of error at import
            found.append(Item(f"Python package {name}", None, f"make setup ({type(error).__name__}: {error})"))
    return found


def _fonts() -> list[Item]:
    chinese = None
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, timeout=20, check=False).stdout.splitlines()
        chinese = sorted(listed)[0] if listed else None
    return [Item("Chinese font (for PDF)", chinese, "apt-get install fonts-noto-cjk")]


def _store() -> list[Item]:
    settings = Settings()
    folder = settings.data_dir
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(existing).free / 1e9
    version = sqlite3.sqlite_version
    journal = "WAL" if wal_is_safe() else "回滚日志 rollback journal（此版本的 WAL 有缺陷 its WAL has a known defect）"
    return [
        Item("data folder", f"{folder} ({free:.0f} GB free)" if os.access(existing, os.W_OK) else None, f"make {folder} writable, or set HEZHENG_DATA_DIR"),
        Item("SQLite", version, "", note=journal),
    ]


_LOOKS: tuple[Callable[[], list[Item]], ...] = (_python, _programs, _walls, _packages, _fonts, _scanner, _store)
