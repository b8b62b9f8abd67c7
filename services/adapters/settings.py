"""Settings: every one has a default that works on one machine, and an environment variable `HEZHENG_<NAME>` that overrides it."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """`hezheng` under the XDG data home (`~/.local/share` where that is not set)."""
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "hezheng"


class Settings(BaseSettings):
    """What an installation may change. Sizes in bytes, times in seconds as named."""

    model_config = SettingsConfigDict(env_prefix="HEZHENG_", env_ignore_empty=True, extra="ignore")

    data_dir: Path = Field(default_factory=default_data_dir, description="database, blobs and key file of an embedded installation")
    database_url: str | None = Field(default=None, description="postgresql+psycopg://… or sqlite:///…; default: SQLite in data_dir")
    blobs_dir: Path | None = Field(default=None, description="content-addressed originals; default: data_dir/blobs")
    blobs_url: str | None = Field(default=None, description="s3://bucket/prefix?endpoint=https://…&region=…; blobs_dir keeps local copies then")
    key: SecretStr | None = Field(default=None, description="32-byte key, base64 or hex, that personal data are encrypted with; default: data_dir/key")
    policies_dir: Path | None = Field(default=None, description="policies beside those that come with the program; default: data_dir/policies")
    ocr_engine: Literal["rapidocr", "tesseract"] = "rapidocr"
    workers: int = Field(default=1, ge=1, le=64, description="worker processes of an embedded server")
    api_key: SecretStr | None = Field(default=None, description="an API key that is always accepted, beside those in the database")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    max_upload_bytes: int = Field(default=5 * 1024**3, ge=1)
    max_body_bytes: int = Field(default=64 * 1024**2, ge=1, description="bound of JSON bodies and tables")
    max_claim_files: int = Field(default=20_000, ge=1, description="files of one claim")
    max_claim_bytes: int = Field(default=200 * 1024**3, ge=1, description="bytes of all files of one claim")
    upload_seconds: int = Field(default=24 * 3600, ge=1, description="how long a resumable upload waits for its next piece")
    rate_limit: int = Field(default=12_000, ge=1, description="calls a minute of one key or user; a tenth of that at once")
    clamav: str | None = Field(default=None, description="clamd's socket: /run/clamav/clamd.ctl or host:port")
    webhook_networks: str = Field(default="", description="private networks that webhooks may be sent to, as 10.1.0.0/16, separated by commas")
    oidc_issuer: str | None = Field(default=None, description="identity provider that reviewers may log in with, as https://sso.example.gov.cn/realm")
    oidc_client_id: str = Field(default="hezheng", description="our name at the identity provider")
    oidc_client_secret: SecretStr | None = Field(default=None, description="our password there, where it wants one")
    public_url: str | None = Field(default=None, description="how browsers reach the service, as https://hezheng.example.gov.cn; needed for OIDC")
    retention_days: int | None = Field(default=None, ge=1, description="`purge` removes claims decided longer ago; unset: only those that are named")
    four_eyes_above: Decimal | None = Field(
        default=None, ge=0, description="approvals of more than this many yuan need a second person; unset: only where a critical finding is set aside"
    )
    session_seconds: int = Field(default=12 * 3600, ge=60, description="how long a reviewer stays logged in")
    secure_cookies: bool = Field(default=False, description="send the session cookie over https only, also where a call looks like http; set it behind TLS")
    log_json: bool = Field(default=False, description="log lines as JSON, with the ids of job and claim")
    broker_url: str | None = Field(default=None, description="work by Celery: amqp://…, redis://… or filesystem://; unset: workers look into the job table")
    job_lease_seconds: float = Field(default=120.0, gt=0, description="how long a silent worker keeps a job")
    job_attempts: int = Field(default=5, ge=1, description="tries before a job is dead")
    job_backoff_seconds: float = Field(default=5.0, ge=0, description="wait before the second try; doubled before each further one")
    job_poll_seconds: float = Field(default=0.5, gt=0)
    job_keep_days: int = Field(default=30, ge=1, description="how long jobs that are done are remembered; dead ones stay")

    def sql_url(self) -> str:
        """The SQLAlchemy address of the database; a bare postgresql:// means the psycopg driver."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'hezheng.db'}"
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    def policies_path(self) -> Path:
        return self.policies_dir or self.data_dir / "policies"

    def blobs_path(self) -> Path:
        return self.blobs_dir or self.data_dir / "blobs"
