"""Who works on this process's own files has the floor: one thread at a time.

SQLite gives up the interpreter's lock at every call, and has to wait for up to a switch interval
until it gets it back from a thread that computes. A turn of twenty calls beside five other threads
takes ten times as long as by itself; one after the other, all are sooner done. Only the disk serves
several at once: who commits leaves the floor to others.
"""

import threading


class Floor:
    """Held by one thread, who may enter again; nobody's work depends on having it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        if self._holder != threading.get_ident():
            self._lock.acquire()
            self._holder = threading.get_ident()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        if self._holder == threading.get_ident():
            self._depth -= 1
            if self._depth == 0:
                self.leave()

    def leave(self) -> None:
        """Give it up, for good, before waiting for anything; nothing where it is not ours."""
        if self._holder == threading.get_ident():
            self._holder, self._depth = None, 0
            self._lock.release()


FLOOR = Floor()
"""For short work only, and never while waiting for the disk, another process or the network."""
