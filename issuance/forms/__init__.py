"""What people type, and the sentences for what is wrong with it."""
