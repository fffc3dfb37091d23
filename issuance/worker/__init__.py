"""The row is the queue: finding due work of every kind and doing it."""
