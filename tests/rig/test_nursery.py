"""What the nursery starts is a process as if it had been started by itself."""

import os
import signal
from pathlib import Path

import pytest

from deploy.local.process import is_running, wait_until
from tests.rig import nursery


@pytest.mark.parametrize(("language", "word"), [("en", "Receivables"), ("zh", "应收")])
def test_each_process_reads_its_own_settings_and_writes_its_own_log(
    language: str, word: str, tmp_path: Path
) -> None:
    log = tmp_path / "said.txt"
    child = nursery.begin(["--help"], log, {"HUIKUAN_LANG": language})
    child.join(30)
    assert (child.exitcode, word in log.read_text()) == (0, True)


def test_a_wrong_word_is_answered_with_the_commands_own_exit_code(tmp_path: Path) -> None:
    child = nursery.begin(["dunn"], tmp_path / "said.txt", {"HUIKUAN_LANG": "en"})
    child.join(30)
    assert child.exitcode == 2
    assert "No such command 'dunn'" in (tmp_path / "said.txt").read_text()


def test_it_is_gone_when_it_is_killed_and_has_a_session_of_its_own(tmp_path: Path) -> None:
    words = ["huikuan", "serve", "--port", "0"]
    pid = nursery.spawn(words, tmp_path / "said.txt", {"HUIKUAN_HOME": str(tmp_path)})
    assert wait_until(lambda: os.getsid(pid) == pid, 30)
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not is_running(pid), 30)
