"""Where a run's temporary files lie: in memory where there is room, as no test pulls the plug.

Every commit waits for the disk, thousands of times in a run, and what a killed process wrote is
kept by the system, not by the disk. `TMPDIR` decides where it is set.
"""

import os
import shutil
import tempfile
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - directories in it get names that nobody can guess
_FREE_BYTES_MIN = 4 << 30


def choose() -> None:
    """For this process and all that it starts."""
    if "TMPDIR" in os.environ or not os.access(_IN_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_IN_MEMORY).free >= _FREE_BYTES_MIN:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_IN_MEMORY)
