"""What a merchant's other programs may ask: the same as its people, by a token, in JSON."""
