"""Settings come from the environment and have defaults that work."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.adapters.settings import Settings


def test_data_lie_under_the_xdg_data_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HEZHENG_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    settings = Settings()
    assert settings.data_dir == tmp_path / "hezheng"
    assert settings.sql_url() == f"sqlite:///{tmp_path}/hezheng/hezheng.db"
    assert settings.blobs_path() == tmp_path / "hezheng" / "blobs"


def test_the_environment_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEZHENG_DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("HEZHENG_OCR_ENGINE", "tesseract")
    monkeypatch.setenv("HEZHENG_WORKERS", "")
    settings = Settings()
    assert settings.sql_url() == "postgresql+psycopg://u:p@h/d"
    assert settings.ocr_engine == "tesseract"
    assert settings.workers == 1


def test_secrets_are_not_printed() -> None:
    assert "secret-value" not in repr(Settings(api_key="secret-value", key="secret-value"))


def test_a_wrong_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEZHENG_OCR_ENGINE", "crystal-ball")
    with pytest.raises(ValidationError, match="rapidocr"):
        Settings()
