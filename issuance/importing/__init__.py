"""Brings the rows of a guest list into the database: in bulk and restartable."""
