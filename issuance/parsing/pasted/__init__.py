"""Running text as guests: taken whole, or shown to a person."""
