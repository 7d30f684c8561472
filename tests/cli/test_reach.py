"""Where a command looks for the services, and what it says where it finds only some."""

import os
import re
from pathlib import Path

import pytest

from services.commands import server_file
from services.commands.reach import services
from services.commands.server_file import SERVICES, Server
from services.commands.trouble import UNREACHABLE, USAGE, CommandError


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("HUIKUAN_")]:
        monkeypatch.delenv(name)


def _write(home: Path, name: str, port: int) -> None:
    server = Server(url=f"http://127.0.0.1:{port}", pid=os.getpid(), key=f"key-of-{name}")
    server_file.write(home, server, name)


def test_services_apart_are_found_each_with_its_own_key(tmp_path: Path) -> None:
    for port, name in enumerate(SERVICES):
        _write(tmp_path, name, port)
    with services(tmp_path) as reached:
        assert reached.endpoints["notifier"].url == "http://127.0.0.1:2/notifier"
        assert reached.endpoints["notifier"].key == "key-of-notifier"


def test_half_a_system_is_no_system(tmp_path: Path) -> None:
    _write(tmp_path, "ledger", 1)
    with pytest.raises(CommandError, match="promises, notifier") as refused, services(tmp_path):
        pass
    assert refused.value.code == UNREACHABLE


def test_what_the_environment_says_goes_before_what_runs_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, server_file.ALL, 1)
    monkeypatch.setenv("HUIKUAN_URL", "https://huikuan.example/")
    monkeypatch.setenv("HUIKUAN_LEDGER_URL", "https://ledger.example")
    monkeypatch.setenv("HUIKUAN_API_KEY", "new-key, old-key")
    with services(tmp_path) as reached:
        assert reached.endpoints["ledger"].url == "https://ledger.example"
        assert reached.endpoints["notifier"].url == "https://huikuan.example/notifier"
        assert reached.endpoints["notifier"].key == "new-key"


@pytest.mark.parametrize("setting", ["HUIKUAN_URL", "HUIKUAN_LEDGER_URL"])
@pytest.mark.parametrize("url", ["localhost:8080", "127.0.0.1", "ftp://huikuan.example"])
def test_what_is_no_address_of_a_server_is_named_by_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, url: str
) -> None:
    monkeypatch.setenv(setting, url)
    with pytest.raises(CommandError, match=f"^{setting}: .*http://") as refused, services(tmp_path):
        pass
    assert refused.value.code == USAGE


@pytest.mark.parametrize(
    ("language", "needed"),
    [
        ("en", "is not set, and this needs the notifier service; "),
        ("zh", "未设置，而此处需要 notifier 服务；"),
    ],
)
def test_a_service_that_is_needed_and_not_named_is_told_by_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, needed: str
) -> None:
    monkeypatch.setenv("HUIKUAN_LEDGER_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HUIKUAN_LANG", language)
    with services(tmp_path) as reached, pytest.raises(CommandError) as refused:
        reached.get("notifier", "/v1/forecast")
    assert re.match(f"HUIKUAN_NOTIFIER_URL[:：] ?{needed}.*HUIKUAN_URL", str(refused.value))
    assert refused.value.code == USAGE


def test_a_service_that_is_not_named_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_PROMISES_URL", "http://127.0.0.1:1")
    with services(tmp_path) as reached:
        reached.wait("notifier", "a position")
        with pytest.raises(CommandError, match="promises does not answer"):
            reached.wait("promises", "a position")


def test_a_key_goes_to_no_server_but_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, server_file.ALL, 1)
    monkeypatch.setenv("HUIKUAN_URL", "https://elsewhere.example")
    with services(tmp_path) as reached:
        assert reached.endpoints["ledger"].key == ""
