"""Who works on this process's own files has the floor: one thread at a time.

SQLite gives up the interpreter's lock at every call, and has to wait for up to a switch interval
until it gets it back from a thread that computes. A turn of twenty calls beside five other threads
takes ten times as long as by itself; one after the other, all are sooner done.
"""

import threading

FLOOR = threading.RLock()
"""For short work only, and never while waiting for another process or for the network."""
