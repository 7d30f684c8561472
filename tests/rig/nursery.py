"""Services forked from a process that has their libraries loaded: half of a start is loading them.

What is ours each process loads anew, for some of it reads its settings as it is loaded. That
``huikuan`` starts by itself is tested in ``tests/cli``.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

_LIBRARIES = (
    "fastapi",
    "kafka",
    "msgspec",
    "prometheus_client",
    "psycopg",
    "pydantic_settings",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "typer",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
    "yaml",
)
_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(list(_LIBRARIES))


def begin(words: Sequence[str], log: Path, environment: Mapping[str, str]) -> BaseProcess:
    """Start ``huikuan`` with these words, in a session of its own; what it says goes to ``log``.

    It ends with this process at the latest.
    """
    child = _nursery.Process(
        target=_become, args=(list(words), str(log), dict(environment)), daemon=True
    )
    child.start()
    return child


def spawn(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> int:
    """As ``deploy.local.process.spawn``, for a command that is ``huikuan``."""
    child = begin(command[1:], log, {**os.environ, **environment})
    if child.pid is None:
        raise AssertionError("a process that was started has an id")
    return child.pid


def _become(words: list[str], log: str, environment: dict[str, str]) -> None:
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["huikuan", *words]
    from services.cli import app  # noqa: PLC0415 - now that its settings are there

    app()
