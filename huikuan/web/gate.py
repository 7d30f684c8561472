"""What every request passes before any of our code parses it, as one pure ASGI middleware.

In this order, because each is cheaper than the next: request id and trace, API key, size of the
body (counted while it is read, whatever ``Content-Length`` says), then the app. What the app lets
fall is answered as a problem with the request id, and logged with its trace back.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huikuan.web.keys import Keys
from huikuan.web.problems import Problem, problem_response
from huikuan.web.trace import request_id_of, traceparent_of
from huikuan.web.wording import Words

OPEN_PATHS = frozenset({"/health/live", "/health/ready", "/openapi.json"})
"""What is answered without a key: no path of these tells anything about a debtor."""
BODY_SECONDS_MAX = 30.0
"""A body that arrives more slowly is refused, so that nobody holds memory by dripping bytes."""
DISCARDED_BYTES_MAX = 64 * 1024 * 1024
"""So much of a body that is too large is taken and thrown away: many clients send all of theirs
before they read the answer, and would see nothing but a broken connection."""
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
_NUL = Words("The address holds a NUL character.", "地址中含有 NUL 字符。")
_AS_IT_IS = frozenset({"", "identity"})
_ONLY_AS_IT_IS = {"Accept-Encoding": "identity"}
_ENCODED = Words(
    "Compressed bodies are not read: send it as it is, without Content-Encoding.",
    "不读取压缩的请求体：请勿压缩，并去掉 Content-Encoding。",
)
Observe = Callable[[Scope, int, float], None]
"""Told of every answered request: its scope, status and seconds."""
_log = logging.getLogger("huikuan.web")


class Gate:
    """The middleware. ``observe`` feeds the metrics."""

    def __init__(self, app: ASGIApp, keys: Keys, body_bytes_max: int, observe: Observe) -> None:
        self._app = app
        self._keys = keys
        self._body_bytes_max = body_bytes_max
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace = traceparent_of(headers.get("traceparent", ""))
        request_id = request_id_of(headers.get("x-request-id", ""), trace)
        # A copy, for the state of the lifespan is shared by all requests.
        scope["state"] = {**scope.get("state", {}), "trace": trace, "request_id": request_id}
        clock = asyncio.get_running_loop().time
        began = clock()
        answer = _Answer(send, request_id)
        try:
            replay = await self._admit(scope, headers, receive)
            await self._app(scope, replay, answer)
        except Problem as problem:
            await answer.problem(problem, scope, receive, headers)
        except _GoneError:
            return
        except Exception:
            _log.exception("request %s failed", request_id)
            if answer.status:  # too late for a problem: let the server cut the connection
                raise
            await answer.problem(Problem(500), scope, receive, headers)
        finally:
            if answer.status:
                self._observe(scope, answer.status, clock() - began)

    async def _admit(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """Check the key, read the body, which is never inflated; raises ``Problem``."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path not in OPEN_PATHS and not self._keys.open_by(headers.get("authorization", "")):
            raise Problem(401, headers={"WWW-Authenticate": "Bearer"})
        if "\0" in path or b"%00" in scope.get("query_string", b""):
            raise Problem(400, detail=_NUL)  # no database can look for it
        announced = headers.get("content-length", "0")
        if _is_hopeless(announced, self._body_bytes_max, asks_first="expect" in headers):
            raise _too_large(self._body_bytes_max)
        if announced == "0" and "transfer-encoding" not in headers:
            return receive
        try:
            async with asyncio.timeout(BODY_SECONDS_MAX):
                body = await _read(receive, self._body_bytes_max)
        except TimeoutError:
            raise Problem(408, headers={"Connection": "close"}) from None
        if headers.get("content-encoding", "").lower() not in _AS_IT_IS:
            raise Problem(415, "unsupported_encoding", _ENCODED, headers=_ONLY_AS_IT_IS)
        return _replay(body, receive)


class _GoneError(Exception):
    """The client went away before its request was complete."""


def _is_hopeless(announced: str, bytes_max: int, *, asks_first: bool) -> bool:
    """Whether a body of this length is refused before any of it is read.

    Who asks first (``Expect: 100-continue``) has not sent it yet, and need not.
    """
    if not announced.isdecimal() or len(announced) > 18:
        return True
    return int(announced) > (bytes_max if asks_first else DISCARDED_BYTES_MAX)


async def _read(receive: Receive, bytes_max: int) -> bytes:
    """The body; one that is too large is thrown away as it comes, then refused."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more and size <= DISCARDED_BYTES_MAX:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        chunks.append(chunk)
        if size > bytes_max:
            chunks.clear()
        more = message.get("more_body", False)
    if size > bytes_max:
        raise _too_large(bytes_max)
    return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body once, then what the connection says."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _too_large(bytes_max: int) -> Problem:
    detail = Words(f"At most {bytes_max} bytes are read.", f"最多读取 {bytes_max} 字节。")
    # What is left of the body is not read: the connection cannot serve another request.
    return Problem(413, detail=detail, headers={"Connection": "close"})


class _Answer:
    """A ``send`` that remembers the status and adds our headers where the app set none."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id.encode()
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            given += [header for header in SECURITY_HEADERS if header[0] not in names]
            given.append((b"x-request-id", self._request_id))
            message = {**message, "headers": given}
        await self._send(message)

    async def problem(
        self, problem: Problem, scope: Scope, receive: Receive, headers: Headers
    ) -> None:
        """Answer with this problem."""
        accepted = headers.get("accept-language", "")
        state: dict[str, Any] = scope["state"]
        response = problem_response(problem, accepted, state["request_id"])
        await response(scope, receive, self)
