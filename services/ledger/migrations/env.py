"""Runs the ledger's revisions."""

from huikuan.eventlog.migrate import run

run()
