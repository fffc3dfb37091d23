"""Issuing exactly once: plan, send, poll, settle; holds and proofs."""
