"""THE HTTP EDGE that all services share: keys, limits, problems, waiting, health, metrics."""
