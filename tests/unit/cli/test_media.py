from __future__ import annotations

from pathlib import Path

import pytest

from services.cli import media


def test_an_empty_index_can_be_rebuilt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert media.rebuild(tmp_path / "data") == 0
    assert "0" in capsys.readouterr().out
