"""WHAT IS SAID: every event, its codec, its schemas. Knows no log, no database, no clock."""
