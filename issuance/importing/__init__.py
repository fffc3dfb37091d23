"""Verdicts into the database, in bulk and restartable."""
