"""What other programs ask for becomes lists like any other, a few seconds' worth at a time."""
