"""What all suites share: Hypothesis profiles, and the real servers of `tests.rig`."""

import os

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
