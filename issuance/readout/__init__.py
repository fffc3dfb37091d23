"""Did it work? What a campaign's arms are worth comparing, and from its read-out date on what its rewards brought."""
