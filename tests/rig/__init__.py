"""Real servers for tests: Kafka and PostgreSQL, each started once per run of pytest."""
