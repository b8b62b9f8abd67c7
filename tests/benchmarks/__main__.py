"""`python -m tests.benchmarks`: every benchmark of this folder in turn, each with its defaults; figures are kept in docs/benchmarks.md."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path


def main() -> int:
    worst = 0
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.name.startswith("_"):
            print(f"\n== {module.name}", flush=True)
            worst = max(worst, subprocess.run([sys.executable, "-m", f"tests.benchmarks.{module.name}"], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
