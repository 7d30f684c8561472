"""What all suites share: Hypothesis profiles, and the real servers of `tests.rig`."""

import os

import pytest
from hypothesis import HealthCheck, settings

from huikuan.eventlog.calm import calm_gc
from tests.rig import scratch

scratch.choose()  # before anybody asks for a temporary file

pytest_plugins = ["tests.rig.servers", "tests.rig.parts"]

_asked = os.environ.get("HUIKUAN_EXAMPLES")

settings.register_profile(
    "ci",
    max_examples=int(_asked or "200"),
    deadline=None,  # a busy machine is no failure
    # The same examples in every `make test`, so that a change is blamed for its own faults only;
    # whoever asks for a number, as `make torture` does, looks elsewhere each time.
    derandomize=_asked is None,
    print_blob=True,
    # Shared runners are slow and uneven: what was generated counts, not how fast.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")


def pytest_collection_finish() -> None:
    """As services do: looking through all modules again and again is a quarter of many a law."""
    calm_gc()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    slow = ("torture", "journeys", "laws", "kafka")
    items.sort(key=lambda item: [name not in _words(item) for name in slow])


def _words(item: pytest.Item) -> set[str]:
    """Of a test's path: its folders, and the words of its file's name."""
    return {*item.path.parts, *item.path.stem.split("_")}
