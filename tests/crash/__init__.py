"""Proof that rewards are issued exactly once, whatever dies, wherever: by the count of the simulated partner."""
