"""A transaction that a thread of its own commits, while whoever gave it goes on."""

import threading
from collections.abc import Callable


class UnderWay:
    """One call, made by another thread."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(call,), name="commit", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until it has ended, however it did."""
        self._thread.join()

    def land(self) -> None:
        """Wait; raises what it raised."""
        self.wait()
        if self._failure is not None:
            raise self._failure

    def _run(self, call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as failure:  # noqa: BLE001 - raised where it is waited for
            self._failure = failure
