"""What torture runs share: the seed that repeats them."""

import os
import random

import pytest


@pytest.fixture
def seed() -> int:
    """Drawn anew for each run, unless `HUIKUAN_SEED` repeats one; printed where a test fails."""
    drawn = int(os.environ.get("HUIKUAN_SEED", "0")) or random.randrange(1, 1 << 30)
    print(f"HUIKUAN_SEED={drawn}")
    return drawn
