"""`huikuan bench`: how fast the parts are on this machine, side by side in one run."""
