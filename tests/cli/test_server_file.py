"""``server.json`` tells this machine's commands where the server is, and nobody else."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from services.commands import server_file
from services.commands.server_file import Server, home_of


def _server(pid: int) -> Server:
    return Server(url="http://127.0.0.1:8080", pid=pid, key="hk_live_only-here")


def test_the_home_is_the_folder_var_unless_it_is_said() -> None:
    assert home_of({}) == Path("var").resolve()
    assert home_of({"HUIKUAN_HOME": "/srv/huikuan"}) == Path("/srv/huikuan")


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    server_file.write(tmp_path, _server(os.getpid()))
    assert [path.name for path in tmp_path.iterdir()] == ["server.json"]
    assert stat.S_IMODE((tmp_path / "server.json").stat().st_mode) == 0o600
    assert server_file.read_running(tmp_path) == _server(os.getpid())


def test_a_server_that_died_is_not_running(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    server_file.write(tmp_path, _server(ended.pid))
    assert server_file.read_running(tmp_path) is None


def test_nothing_or_nonsense_is_no_server(tmp_path: Path) -> None:
    assert server_file.read_running(tmp_path) is None
    (tmp_path / "server.json").write_text('{"url": 1')
    assert server_file.read_running(tmp_path) is None


def test_a_server_takes_away_its_own_file_only(tmp_path: Path) -> None:
    server_file.write(tmp_path, _server(1))
    server_file.remove(tmp_path)
    assert (tmp_path / "server.json").exists()
    server_file.write(tmp_path, _server(os.getpid()), "ledger")
    server_file.remove(tmp_path, "ledger")
    assert not (tmp_path / "server-ledger.json").exists()
