"""The decision to issue: launch, approval, how undo will look, and what is sent again."""
