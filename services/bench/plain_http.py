"""HTTP in as few steps as it takes, for a client that shares two cores with what it measures.

What a library does for one request takes as long as the server's own work for it, and would be
measured as the server's.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

_CONNECTIONS_MAX = 32
_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class PlainClient:
    """Requests with one key to one server, over connections that are kept."""

    def __init__(self, url: str, key: str) -> None:
        """``url`` is only an address: ``http://host:port``."""
        address = urlsplit(url)
        self._host, self._port = address.hostname, address.port
        self._headers = f"Host: {address.netloc}\r\nAuthorization: Bearer {key}\r\n"
        self._idle: list[_Connection] = []
        self._places = asyncio.Semaphore(_CONNECTIONS_MAX)

    async def post(self, path: str, body: bytes) -> None:
        """Send JSON; raises ``OSError`` unless it is answered with a 200."""
        head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        async with self._places:
            connection = self._idle.pop() if self._idle else await self._connect()
            reader, writer = connection
            writer.write(f"POST {path} HTTP/1.1\r\n{self._headers}{head}\r\n".encode() + body)
            await reader.readexactly(_length(await _head(reader)))
            self._idle.append(connection)

    async def events(self, path: str) -> AsyncIterator[bytes]:
        """The data of a stream of server-sent events, which our server sends in whole lines."""
        reader, writer = await self._connect()
        try:
            writer.write(f"GET {path} HTTP/1.1\r\n{self._headers}\r\n".encode())
            await _head(reader)
            while line := await reader.readline():
                if line.startswith(b"data:"):
                    yield line[5:]
        finally:
            writer.close()

    def close(self) -> None:
        """Give up all connections."""
        for _, writer in self._idle:
            writer.close()

    async def _connect(self) -> _Connection:
        return await asyncio.open_connection(self._host, self._port)


async def _head(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200 "):
        raise OSError(head.decode())
    return head


def _length(head: bytes) -> int:
    return int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
