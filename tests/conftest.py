"""What all suites share: Hypothesis profiles, and the real servers of `tests.rig`."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.rig.servers", "tests.rig.parts"]

settings.register_profile(
    "ci",
    max_examples=int(os.environ.get("HUIKUAN_EXAMPLES", "200")),
    deadline=None,  # a busy machine is no failure
    derandomize=False,  # every run looks elsewhere; a failure prints its blob
    print_blob=True,
    # Shared runners are slow and uneven: what was generated counts, not how fast.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    slow = ("torture", "journeys")
    items.sort(key=lambda item: [name not in item.path.parts for name in slow])
