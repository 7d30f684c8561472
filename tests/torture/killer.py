"""Lets services die, and starts them again, while somebody else writes to them."""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence

from deploy.local.distributed import Distributed, ServiceProcess
from deploy.local.process import is_running

_LOOK_SECONDS = 0.05


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


class Trapper:
    """Sets a trap in each service: it dies at a named point, as often as it is started again."""

    def __init__(self, system: Distributed, points: Sequence[str], draw: random.Random) -> None:
        self._system = system
        self._points, self._draw = points, draw
        self._clean = {name: service.environment for name, service in system.services.items()}
        self._ending = threading.Event()
        self._watch = threading.Thread(target=self._raise_the_dead)
        self._traps: dict[str, str] = {}
        self.deaths: Counter[str] = Counter()
        """By point."""

    def begin(self) -> None:
        """Start every service again, with a trap in it."""
        for service in self._system.services.values():
            service.stop()
            self._spawn_with_trap(service)
        self._watch.start()

    def end(self) -> None:
        """Start every service again, without."""
        self._ending.set()
        self._watch.join()
        for name, service in self._system.services.items():
            service.stop()
            service.environment = self._clean[name]
            service.start()

    def _raise_the_dead(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            for name, service in self._system.services.items():
                if not is_running(service.pid):
                    self.deaths[self._traps[name]] += 1
                    self._spawn_with_trap(service)

    def _spawn_with_trap(self, service: ServiceProcess) -> None:
        point = self._draw.choice(self._points)
        self._traps[service.name] = point
        passes = self._draw.randint(1, 6)
        service.environment = {
            **self._clean[service.name],
            "HUIKUAN_CRASH_AT": f"{point}:#{passes}",
        }
        service.spawn()
