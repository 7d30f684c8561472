"""Rings when there may be something new to hear: from threads, for threads and event loops."""

import asyncio
import threading
from typing import Self


class Bell:
    """Whoever waits is woken by every ring; a ring that nobody waits for is forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loops: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._threads: set[threading.Event] = set()
        self.is_silenced = False

    def ring(self) -> None:
        """Wake all."""
        with self._lock:
            for event, loop in self._loops.items():
                loop.call_soon_threadsafe(event.set)
            for waiting in self._threads:
                waiting.set()

    def silence(self) -> None:
        """Nothing more will come: let all who listen go."""
        self.is_silenced = True
        self.ring()

    def listen(self) -> "Listener":
        """Listen from a coroutine."""
        return Listener(self)

    def hear(self, event: threading.Event) -> None:
        """Set this event at every ring."""
        with self._lock:
            self._threads.add(event)

    def enter(self, event: asyncio.Event) -> None:
        """A coroutine listens from now on."""
        with self._lock:
            self._loops[event] = asyncio.get_running_loop()

    def leave(self, event: asyncio.Event) -> None:
        """It listens no more."""
        with self._lock:
            self._loops.pop(event, None)


class Listener:
    """``async with``: hears every ring since it last looked."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._event = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._bell.enter(self._event)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._bell.leave(self._event)

    def look(self) -> None:
        """From here on rings count as new."""
        self._event.clear()

    async def wait(self, seconds: float) -> None:
        """Until it rings, or so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return
