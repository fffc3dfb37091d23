"""Issuing exactly once: plan, send, poll, settle; pause, park and reconcile."""
