"""An alarm clock that several threads set and one waits for."""

import threading
import time
from math import inf


class Alarm:
    """Rings once, at the earliest of the times that it was set for."""

    def __init__(self) -> None:
        self._set = threading.Condition()
        self._at_s = inf

    def set(self, within_s: float) -> None:
        """Let it ring within so many seconds."""
        at_s = time.monotonic() + within_s
        with self._set:
            if at_s < self._at_s:
                self._at_s = at_s
                self._set.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Whether it rang within that time; it has to be set again then."""
        until_s = time.monotonic() + timeout_s
        with self._set:
            while (now_s := time.monotonic()) < min(self._at_s, until_s):
                self._set.wait(min(self._at_s, until_s) - now_s)
            rang = self._at_s <= now_s
            if rang:
                self._at_s = inf
            return rang
