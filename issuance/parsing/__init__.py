"""Reads a file or a text of guests: one result per row. Pure: no Django, no database, no queue."""
