"""What the portal knows about guests ends here: by time, or because a guest asks for it."""
