"""What numbers of guests, visits and dollars say about arms (pure). scipy is loaded by what needs it, when it does."""
