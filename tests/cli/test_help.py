"""The command line teaches: quickly, by examples, in the reader's language."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from services.cli import app

HUIKUAN = Path(sys.executable).with_name("huikuan")


def _run(*words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "HUIKUAN_LANG": language}
    return subprocess.run(
        [HUIKUAN, *words], capture_output=True, text=True, check=False, env=surroundings
    )


def _commands(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in getattr(group, "commands", {}).items():
        yield (*path, name)
        yield from _commands(command, (*path, name))


COMMANDS = list(_commands(get_command(app)))


def test_help_loads_no_framework() -> None:
    heavy = {"fastapi", "sqlalchemy", "pydantic", "httpx2", "kafka", "uvicorn", "msgspec"}
    assert not heavy & _loaded("services.cli")


def test_a_server_loads_no_client_and_no_migrations() -> None:
    assert not {"httpx2", "alembic", "kafka", "rich"} & _loaded("services.commands.serving")


def _loaded(module: str) -> set[str]:
    """What a fresh process has loaded when it has loaded this."""
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(shown.stdout.split())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does(words: tuple[str, ...]) -> None:
    command: object = get_command(app)
    for word in words:
        command = getattr(command, "commands", {})[word]
    assert getattr(command, "help", None)


def test_help_speaks_chinese_to_chinese_readers() -> None:
    assert "示例" in _run("--help", language="zh_CN.UTF-8").stdout
    assert "Examples" in _run("--help", language="de_DE.UTF-8").stdout


def test_a_wrong_command_is_wrong_usage() -> None:
    assert _run("sell").returncode == 2
    assert isinstance(app, typer.Typer)
