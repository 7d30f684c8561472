"""Wakes who reads a file when this process has written to it."""

import threading


class Bell:
    """Rung after each append; who waits says which ring he has heard."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.rings = 0

    def ring(self) -> None:
        """Wake all."""
        with self._condition:
            self.rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, timeout_s: float) -> None:
        """Return when it has rung since ``heard``, or after the time."""
        with self._condition:
            self._condition.wait_for(lambda: self.rings != heard, timeout_s)
