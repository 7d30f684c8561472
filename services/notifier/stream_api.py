"""``GET /v1/escalations/stream``: the feed as server-sent events, a page at a time.

A page goes out as one chunk: sending each word by itself would cost more than all that precedes it.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from huikuan.web.asking import AfterPosition
from huikuan.web.problems import FieldError, Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words
from services.notifier.bell import Bell
from services.notifier.feed import Item, cursor_of

Read = Callable[[dict[int, int], int], tuple[list[Item], dict[int, int]]]
"""So many words after a cursor, and the cursor after them."""

_PAGE = 200
_UNWOKEN_S = 1.0
"""How long a stream waits unwoken: another process may have let something out."""
_QUIET_LOOKS_MAX = 15
"""After so many looks in vain a stream says that it lives, that no proxy takes it for dead."""
_NO_CURSOR = Words("Not a cursor that we gave out.", "不是本系统给出的游标。")


class EventStream(StreamingResponse):
    """Server-sent events, which no proxy is to keep back."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncIterator[bytes]) -> None:
        super().__init__(content, headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})


def stream_router(read: Read, bell: Bell) -> APIRouter:
    """The stream of what ``read`` reads whenever ``bell`` rings."""
    router = v1_router("feed")

    def page(cursor: dict[int, int]) -> tuple[bytes, bool, dict[int, int]]:
        """The next words as they are sent, whether there may be more, and the cursor."""
        items, cursor = read(cursor, _PAGE)
        return _events(items), len(items) == _PAGE, cursor

    async def chunks(cursor: dict[int, int]) -> AsyncIterator[bytes]:
        quiet_looks = 0
        async with bell.listen() as listener:
            while not bell.is_silenced:
                listener.look()
                chunk, more, cursor = await run_in_threadpool(page, cursor)
                quiet_looks = 0 if chunk else quiet_looks + 1
                if chunk or quiet_looks % _QUIET_LOOKS_MAX == 0:
                    yield chunk or b": ping\n\n"
                if not more:  # a ring since we looked is not missed
                    await listener.wait(_UNWOKEN_S)

    @router.get(
        "/escalations/stream",
        summary="The same as server-sent events",
        response_class=EventStream,
        status_code=200,  # FastAPI would look for it in the class's parameters
    )
    async def stream(
        waited: AfterPosition, cursor: Annotated[dict[int, int], Depends(_stream_cursor)]
    ) -> Response:
        del waited
        return EventStream(chunks(cursor))

    return router


def feed_cursor(token: str, parameter: str) -> dict[int, int]:
    """The cursor behind a token; raises the ``Problem`` 422 for those that are not ours."""
    try:
        return cursor_of(token)
    except ValueError:
        raise Problem(422, errors=[FieldError(_NO_CURSOR, parameter=parameter)]) from None


async def _stream_cursor(
    after: Annotated[str, Query(max_length=8_000, description="A `cursor` of ours.")] = "",
    last_event_id: Annotated[str, Header(max_length=8_000)] = "",
) -> dict[int, int]:
    """Where a stream begins; looked at before it does, so that it can still be refused."""
    return feed_cursor(last_event_id or after, "Last-Event-ID" if last_event_id else "after")


def _events(items: Sequence[Item]) -> bytes:
    encode = msgspec.json.encode
    return b"".join(
        b"event: escalation\ndata: %b\nid: %b\n\n" % (encode(item), item.cursor.encode())
        for item in items
    )
