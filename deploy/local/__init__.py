"""Real servers on this machine, without Docker: for the tests and for `make distributed`."""
