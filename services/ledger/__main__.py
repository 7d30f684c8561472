"""``python -m services.ledger``: this service alone, as ``huikuan serve ledger``."""

import sys
from importlib import import_module

if __name__ == "__main__":
    # By name: the command line sees all services, so none of them may import it.
    import_module("services.cli").app(["serve", "ledger", *sys.argv[1:]])
