"""What deploys the parts names only what there is, pinned and watched."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "deploy" / "compose.yaml").read_text())
OURS = ("migrate", "ledger", "promises", "notifier")
OWN_VARIABLES = {"HUIKUAN_API_KEY", "HUIKUAN_DB_PASSWORD"}


def _variables() -> set[str]:
    """Every environment variable that a service's settings read."""
    from services.ledger.settings import Settings as Ledger  # noqa: PLC0415
    from services.notifier.settings import Settings as Notifier  # noqa: PLC0415
    from services.promises.settings import Settings as Promises  # noqa: PLC0415

    fields = [name for kind in (Ledger, Promises, Notifier) for name in kind.model_fields]
    return {f"HUIKUAN_{name.upper()}" for name in fields}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_image_is_pinned(name: str) -> None:
    image = COMPOSE["services"][name]["image"]
    assert re.fullmatch(r"[a-z/]+:\d+(\.\d+)*", image), image


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_service_is_watched(name: str) -> None:
    service = COMPOSE["services"][name]
    is_job = service["restart"] == "on-failure"
    assert service["healthcheck"] == {"disable": True} if is_job else service["healthcheck"]["test"]


@pytest.mark.parametrize("name", OURS)
def test_the_parts_are_told_only_what_they_understand(name: str) -> None:
    given = set(COMPOSE["services"][name]["environment"])
    assert given <= _variables() | OWN_VARIABLES


@pytest.mark.parametrize("name", OURS[1:])
def test_each_service_has_a_database_of_its_own(name: str) -> None:
    environment = COMPOSE["services"][name]["environment"]
    databases = {key: url for key, url in environment.items() if key.endswith("_DB_URL")}
    assert set(databases) == {f"HUIKUAN_{name.upper()}_DB_URL"}
    assert databases.popitem()[1].endswith(f"/{name}")


def test_no_secret_has_a_default() -> None:
    text = (PROJECT / "deploy" / "compose.yaml").read_text()
    first_uses = re.findall(r"\$\{(HUIKUAN_[A-Z_]+)(:\?[^}]+)?\}", text)
    assert {name for name, refusal in first_uses if refusal} == OWN_VARIABLES
    assert not re.search(r"\$\{[A-Z_]+:-", text)


def test_ports_are_open_on_this_machine_only() -> None:
    for service in COMPOSE["services"].values():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")


def test_the_image_runs_as_nobody_in_particular_and_is_watched() -> None:
    lines = (PROJECT / "Dockerfile").read_text().splitlines()
    assert all(re.search(r":\d", line) for line in lines if line.startswith("FROM"))
    last_stage = lines[max(at for at, line in enumerate(lines) if line.startswith("FROM")) :]
    assert any(line.startswith("USER 10001") for line in last_stage)
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)
