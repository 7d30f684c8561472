"""WHO MUST BE TOLD: which policy is breached, which escalations are in force, and since when."""
