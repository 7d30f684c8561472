"""Servers and the commands that speak to them, as people start them on one machine."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from huikuan.eventlog.open import open_log
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import Entry, Meta
from huikuan.eventlog.turning import END_CODE
from services.commands import server_file
from tests.cli.installed import Served, run, run_here, serving

EVERYWHERE = "0.0.0.0"  # noqa: S104 - refused before anybody listens


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as running:
        yield running


def _home(served: Served) -> Path:
    return served.said.parent


def test_the_first_start_shows_a_key_that_opens_and_no_file_keeps(served: Served) -> None:
    shown = next(word for word in served.said.read_text().split() if word.startswith("hk_live_"))
    answer = httpx2.get(
        f"{served.server.url}/ledger/v1/position", headers={"Authorization": f"Bearer {shown}"}
    )
    assert answer.status_code == 200
    for path in _home(served).iterdir():
        if path != served.said:
            assert shown.encode() not in path.read_bytes(), path


def test_no_key_is_seen_from_outside(served: Served) -> None:
    shown = Path(f"/proc/{served.process.pid}/cmdline").read_text()
    for name in server_file.SERVICES:
        shown += served.client.get(f"/{name}/metrics").text
        shown += served.client.get(f"/{name}/health/parts").text
    assert "huikuan_lag_records" in shown
    assert "hk_live_" not in shown


def test_every_service_answers_on_the_one_port(served: Served) -> None:
    for name in server_file.SERVICES:
        assert served.get(f"/{name}/v1/position")["position"]
        assert httpx2.get(f"{served.server.url}/{name}/v1/position").status_code == 401
        assert served.client.get(f"/{name}/openapi.json").json()["info"]["title"]
    assert set(served.get("/")["services"]) == set(server_file.SERVICES)


def test_a_second_server_is_refused_and_told_why(served: Served) -> None:
    second = run(_home(served), "serve", "--port", "0")
    assert second.returncode == 3
    assert str(served.process.pid) in second.stderr


def test_a_service_that_is_too_old_for_its_log_ends_and_says_so(tmp_path: Path) -> None:
    log = open_log(f"embedded:{tmp_path / 'log.db'}")
    newer = Meta("notifier", 1, "n/1", "huikuan.debtor.praised.v1", recorded_at=1)
    log.append(partition_of("D1", log.partitions), [Entry("D1", b"{}", newer)])
    log.close()
    done = run(tmp_path, "serve", "ledger", "--port", "0")
    assert done.returncode == END_CODE
    assert "too old" in done.stderr
    assert "huikuan.debtor.praised.v1" in done.stderr


def test_a_command_finds_the_running_server(served: Served) -> None:
    done = run_here(_home(served), "day", "open", "2012-05-01", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert served.get("/ledger/v1/days")["open_on"] == "2012-05-01"


def test_a_command_is_told_where_the_server_is(served: Served, tmp_path: Path) -> None:
    more = {"HUIKUAN_URL": served.server.url, "HUIKUAN_API_KEY": served.server.key}
    done = run_here(tmp_path, "quarantine", "list", "--json", **more)
    assert (done.returncode, done.stdout.strip()) == (0, "[]")


def test_a_wrong_key_and_a_dead_address_have_their_exit_codes(
    served: Served, tmp_path: Path
) -> None:
    wrong = {"HUIKUAN_URL": served.server.url, "HUIKUAN_API_KEY": "not-the-key-of-this"}
    refused = run_here(tmp_path, "quarantine", "list", **wrong)
    assert refused.returncode == 4
    assert "not-the-key" not in refused.stderr
    without = run_here(tmp_path, "quarantine", "list", HUIKUAN_URL=served.server.url)
    assert (without.returncode, without.stderr) == (4, "huikuan: An API key is needed.\n")
    dead = run_here(tmp_path, "quarantine", "list", HUIKUAN_URL="http://127.0.0.1:1")
    assert dead.returncode == 3
    assert "127.0.0.1:1" in dead.stderr


def test_without_a_server_a_command_opens_the_installation_itself(tmp_path: Path) -> None:
    opened = run(tmp_path, "day", "open", "2012-05-01")
    assert (opened.returncode, opened.stdout) == (0, "Open: 2012-05-01\n"), opened.stderr
    again = run(tmp_path, "day", "open", "2012-05-03", "--json")
    assert '"2012-05-02"' in again.stdout
    assert not (tmp_path / "api_keys").exists()


def test_a_server_that_is_asked_to_ends_in_order(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        assert (tmp_path / "server.json").exists()
        assert running.end(signal.SIGTERM) == 0
    assert not (tmp_path / "server.json").exists()
    with serving(tmp_path) as again:
        assert "hk_live_" not in again.said.read_text()
        again.end(signal.SIGKILL)
    assert (tmp_path / "server.json").exists()
    assert run(tmp_path, "day", "open", "2012-05-01").returncode == 0


@pytest.mark.parametrize("key", ["changeme", "secret"])
def test_a_key_that_everybody_guesses_is_no_start(tmp_path: Path, key: str) -> None:
    done = run(tmp_path, "serve", "--port", "0", HUIKUAN_API_KEY=key)
    assert done.returncode == 4
    assert key not in done.stderr


def test_beyond_this_machine_a_short_key_is_no_start(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--host", EVERYWHERE, "--port", "0", HUIKUAN_API_KEY="shortkey")
    assert done.returncode == 4
