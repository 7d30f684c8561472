"""One ledger per test, on a log in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.desk import Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as made:
        yield made
