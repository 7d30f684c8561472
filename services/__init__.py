"""Who acts: each service is an independent consumer of the log; none imports another."""
