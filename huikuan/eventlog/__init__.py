"""HOW IT IS CARRIED: records, logs, outbox, runner. Knows no event."""
