"""A file or a text of guests -> one verdict per row. Pure: no Django, no database, no queue."""
