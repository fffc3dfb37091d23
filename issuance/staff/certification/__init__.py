"""Whether the recorded requests to Thanx keep the rules on which it certifies partners."""
