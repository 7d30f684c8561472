"""The two threads of a service: one follows, one sends."""

from collections.abc import Callable

from huikuan.eventlog.alarm import Alarm
from huikuan.eventlog.calm import calm_gc, take_turns
from huikuan.eventlog.turning import Turning

_ALONE_S = 1.0
_SHARED_S = 0.05
"""How long the relay waits unwoken: in another process somebody may have said something."""
_SOON_S = 0.05
_JOIN_S = 30.0


class Threads:
    """Starts, wakes and ends them; a service may be started again after it was stopped."""

    def __init__(
        self,
        name: str,
        follow: Callable[[], object],
        recover: Callable[[], None],
        send: Callable[[], None],
        mark: Callable[[], None],
        ended: Callable[[str], None] | None,
    ) -> None:
        self._name, self._follow, self._recover = name, follow, recover
        self._send_all, self._mark, self.ended = send, mark, ended
        self._to_send = Alarm()
        self._turnings: list[Turning] = []
        self._unwoken_s = _ALONE_S
        self._failure: str | None = None

    def start(self, *, shared: bool) -> None:
        """Begin; ``shared`` with other processes of the same service."""
        if self._turnings:
            return
        calm_gc()
        if shared:  # then by PostgreSQL
            take_turns()
        self._unwoken_s = _SHARED_S if shared else _ALONE_S
        self._failure = None
        self._to_send.set(0)
        self._turnings = [
            Turning(f"{self._name}-follow", self._follow, self._recover, self._end),
            Turning(f"{self._name}-send", self._send, lambda: None, self._end),
        ]
        for turning in self._turnings:
            turning.start()

    def stop(self) -> bool:
        """End both; False where they were not running."""
        turnings, self._turnings = self._turnings, []
        for turning in turnings:
            turning.stop()
        self._to_send.set(0)
        for turning in turnings:
            turning.join(_JOIN_S)
        return bool(turnings)

    def wake(self) -> None:
        """There is something to send, at once."""
        self._to_send.set(0)

    def wake_soon(self) -> None:
        """There is something to send that may wait a moment for more of its kind."""
        self._to_send.set(_SOON_S)

    def health(self) -> dict[str, object]:
        """Whether both turn, and what troubles them."""
        troubles = {t.name: t.trouble for t in self._turnings if t.trouble}
        alive = bool(self._turnings) and all(t.is_alive for t in self._turnings)
        return {
            "ready": alive and self._failure is None and not troubles,
            "failure": self._failure,
            "troubles": troubles,
        }

    def _send(self) -> None:
        woken = self._to_send.wait(self._unwoken_s)
        try:
            self._send_all()
            if not woken:
                # Nobody waits for this, and it would keep the disk from those who say something.
                self._mark()
        except BaseException:
            # What was to be sent still is.
            self._to_send.set(0)
            raise

    def _end(self, failure: str) -> None:
        self._failure = failure
        for turning in self._turnings:
            turning.stop()
        if self.ended is not None:
            self.ended(failure)
