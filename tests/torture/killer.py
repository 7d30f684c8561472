"""Lets services die, and starts them again, while somebody else writes to them."""

import threading
import time
from collections import Counter

from deploy.local.distributed import Distributed, ServiceProcess
from deploy.local.process import is_running

_LOOK_SECONDS = 0.02


class Killer:
    """Kills by ``kill -9`` when he is told to."""

    def __init__(self, system: Distributed) -> None:
        self._system = system
        self._restarts: dict[str, threading.Thread] = {}
        self._failures: list[Exception] = []
        self.deaths: Counter[str] = Counter()

    def strike(self, name: str, delay_s: float) -> None:
        """After a delay kill, then start again; waits only for the same one's last death."""
        self._wait_for(name)
        restart = threading.Thread(target=self._kill_and_restart, args=(name, delay_s))
        self._restarts[name] = restart
        restart.start()

    def wait(self) -> None:
        """Until everybody who was killed is back; raises what went wrong meanwhile."""
        for name in self._system.services:
            self._wait_for(name)

    def _wait_for(self, name: str) -> None:
        if name in self._restarts:
            self._restarts.pop(name).join()
        if self._failures:
            raise self._failures[0]

    def _kill_and_restart(self, name: str, delay_s: float) -> None:
        service = self._system[name]
        time.sleep(delay_s)
        try:
            service.kill()
            self.deaths[name] += 1
            service.start()
        except Exception as failure:  # noqa: BLE001 - the test's thread raises it
            self._failures.append(failure)


class Trap:
    """A service that dies of itself at a named point, the so-many-th time that it comes by."""

    def __init__(self, service: ServiceProcess, point: str, passes: int) -> None:
        self.has_sprung = False
        """Whether it has died, and was started again without the trap."""
        self._service = service
        self._clean = service.environment
        service.stop()
        service.environment = {**self._clean, "HUIKUAN_CRASH_AT": f"{point}:#{passes}"}
        service.spawn()
        service.wait_ready()  # or dead already
        self._giving_up = threading.Event()
        self._watch = threading.Thread(target=self._start_again_when_dead)
        self._watch.start()

    def clear(self, patience_s: float) -> None:
        """Give it some time to spring; then see to it that the service is there, without it."""
        self._watch.join(patience_s)
        self._giving_up.set()
        self._watch.join()
        if not self.has_sprung:
            self._service.stop()
            self._service.environment = self._clean
            self._service.start()

    def _start_again_when_dead(self) -> None:
        while not self._giving_up.wait(_LOOK_SECONDS):
            if not is_running(self._service.pid):
                self._service.environment = self._clean
                self._service.start()
                self.has_sprung = True
                return
