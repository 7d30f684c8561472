"""A reader of server-sent events, as a browser's EventSource is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx2
import msgspec

from tests.journeys.installation import KEY, Answer, Installation
from tests.rig.plain import NOBODY

QUIET_SECONDS = 2.0


class Told(NamedTuple):
    """One event of a stream."""

    cursor: str
    entry: Answer


@contextmanager
def stream(huikuan: Installation, last_cursor: str = "") -> Iterator[Iterator[Told]]:
    """The stream of escalations after a cursor; ends when nothing comes for a while."""
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "text/event-stream"}
    if last_cursor:
        headers["Last-Event-ID"] = last_cursor
    url = huikuan.urls["notifier"] + "/v1/escalations/stream"
    timeout = httpx2.Timeout(30.0, read=QUIET_SECONDS)
    with (
        httpx2.Client(trust_env=False, timeout=timeout, verify=NOBODY) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Told]:
    cursor, data = "", ""
    while True:
        try:
            line = next(lines)
        except (StopIteration, httpx2.ReadTimeout):
            return
        field, _, value = line.partition(":")
        match field:
            case "id":
                cursor = value.strip()
            case "data":
                data += value.strip()
            case "" if not line and data:
                yield Told(cursor, msgspec.json.decode(data))
                data = ""
