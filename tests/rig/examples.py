"""How many examples a property gets that lives through whole histories again and again."""

import os

FEWER = int(os.environ.get("HUIKUAN_EXAMPLES", "50"))
"""A quarter of the others' in `make test`; as many as asked for where a number is."""
