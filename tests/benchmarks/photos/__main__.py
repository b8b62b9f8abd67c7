"""`python -m tests.benchmarks.photos`: the benchmarks of this folder in turn, each with its defaults."""

from __future__ import annotations

import subprocess
import sys

if __name__ == "__main__":
    sys.exit(
        max(subprocess.run([sys.executable, "-m", f"tests.benchmarks.photos.{name}"], check=False).returncode for name in ("reuse", "index", "stamps", "speed"))
    )
