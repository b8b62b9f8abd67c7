"""What operators are given fits the program: metrics by name, packages, units, settings, backup and restore."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from infra import capacity
from services.adapters.figures import Figures, Outcomes
from services.adapters.queue import Lane
from services.adapters.settings import Settings
from services.adapters.store import open_store

ROOT = Path(__file__).parents[3]
INFRA = ROOT / "infra"


def told(tmp_path: Path) -> set[str]:
    """Names of the figures that the program tells."""
    store = open_store(Settings(data_dir=tmp_path, database_url=None))
    names = {family.name for family in Figures(store, Outcomes()).collect()}
    store.close()
    return names | {f"{name}_{end}" for name in names if name.endswith("_seconds") for end in ("bucket", "sum", "count")}


def test_dashboard_and_alerts_ask_for_figures_that_there_are(tmp_path: Path) -> None:
    dashboard = json.loads((INFRA / "grafana" / "dashboards" / "hezheng.json").read_text(encoding="utf-8"))
    alerts = yaml.safe_load((INFRA / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    names = {name for expression in asked for name in re.findall(r"hezheng_\w+", expression)}
    assert len(names) > 10 and names <= told(tmp_path)
    lanes = {lane for expression in asked for lane in re.findall(r'lane=~?"([\w|]+)"', expression)}
    assert {part for lane in lanes for part in lane.split("|")} <= set(Lane)


def test_the_image_has_the_packages_and_a_user_without_rights() -> None:
    image = (INFRA / "Dockerfile").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    packages = re.search(r"^RUNTIME_PACKAGES := (.*)$", makefile, re.MULTILINE)
    assert packages is not None and all(name in image for name in packages[1].split())
    assert image.count("FROM ") == 2 and "USER 10001" in image.split("FROM ")[2]


def test_settings_named_by_compose_helm_and_units_exist() -> None:
    files = [INFRA / "compose" / "compose.yaml", INFRA / "helm" / "hezheng" / "values.yaml", *(INFRA / "systemd").iterdir(), INFRA / "Dockerfile"]
    named = {name for file in files for name in re.findall(r"HEZHENG_([A-Z_]+)[:=]", file.read_text(encoding="utf-8"))}
    assert named and {name.lower() for name in named} <= set(Settings.model_fields)
    compose = yaml.safe_load(files[0].read_text(encoding="utf-8"))
    assert {"api", "worker-quick", "worker-heavy", "postgres", "rabbitmq", "prometheus", "grafana"} <= compose["services"].keys()
    lanes = [compose["services"][name]["command"][-1] for name in ("worker-quick",)]
    lanes += [worker["lanes"] for worker in yaml.safe_load(files[1].read_text(encoding="utf-8"))["workers"].values()]
    assert all(set(lane.split(",")) <= set(Lane) for lane in lanes)


@pytest.mark.parametrize("name", ["backup.sh", "restore.sh"])
def test_scripts_are_sound_shell(name: str) -> None:
    assert subprocess.run(["sh", "-n", INFRA / name], check=False).returncode == 0


def test_what_was_backed_up_comes_back(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path / "data", database_url=None))
    sha256, _ = store.blobs.put_bytes(b"original")
    store.repository.create_api_key("portal")
    store.close()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HEZHENG_")}
    made = subprocess.run(
        [INFRA / "backup.sh", tmp_path / "kept"], env=environment | {"HEZHENG_DATA_DIR": str(tmp_path / "data")}, capture_output=True, text=True, check=True
    )
    backup = Path(made.stdout.strip())
    assert not (backup / "key").exists()
    again = environment | {"HEZHENG_DATA_DIR": str(tmp_path / "again")}
    assert subprocess.run([INFRA / "restore.sh", backup], env=again, capture_output=True, check=False).returncode == 0
    (tmp_path / "again" / "key").write_bytes((tmp_path / "data" / "key").read_bytes())
    store = open_store(Settings(data_dir=tmp_path / "again", database_url=None))
    assert [key.name for key in store.repository.api_keys()] == ["portal"]
    assert store.blobs.path(sha256).read_bytes() == b"original"
    store.close()
    assert subprocess.run([INFRA / "restore.sh", backup], env=again, capture_output=True, check=False).returncode == 1, "never over a store that is there"


def test_the_capacity_model_follows_load_and_cores() -> None:
    quiet, busy = (capacity.simulate(200, cores, random.Random(1)) for cores in (16, 2))
    assert quiet.p95 < busy.p95 and quiet.busy < busy.busy <= 1.2
    assert capacity.simulate(20, 8, random.Random(2)).median < 60
    assert capacity.fewest_cores(400, 1) >= capacity.fewest_cores(100, 1)
    assert capacity.megabytes(random.Random(1)) > 50
