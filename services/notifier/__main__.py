"""``python -m services.notifier``: this service alone, as ``huikuan serve notifier``."""

import sys
from importlib import import_module

if __name__ == "__main__":
    # By name: the command line sees all services, so none of them may import it.
    import_module("services.cli").app(["serve", "notifier", *sys.argv[1:]])
