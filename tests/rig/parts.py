"""The fixtures `home` and `parts`: where an installation keeps its state, log and databases."""

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.rig.servers import NewDatabase

SERVICES = ("ledger", "promises", "notifier")
Settings = Mapping[str, str]
"""Environment variables that choose the parts."""
Parts = Callable[[str, str], Settings]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of an installation that nobody has used."""
    return tmp_path / "home"


@pytest.fixture
def parts(request: pytest.FixtureRequest) -> Parts:
    """Settings for a database ("sqlite", "postgresql") and a log ("embedded", "kafka" …).

    The servers are asked for only where they are needed.
    """

    def choose(database: str, log: str) -> Settings:
        settings: dict[str, str] = {}
        if database == "postgresql":
            new_database: NewDatabase = request.getfixturevalue("postgres_url")
            settings = {f"HUIKUAN_{name.upper()}_DB_URL": new_database(name) for name in SERVICES}
        if log != "embedded":
            bootstrap = request.getfixturevalue("kafka_bootstrap")
            topic = f"journey-{uuid.uuid4().hex[:12]}"
            settings["HUIKUAN_LOG_URL"] = f"kafka://{bootstrap}/{topic}"
            if log == "librdkafka":
                settings["HUIKUAN_LOG_URL"] += "?client=librdkafka"
        return settings

    return choose
