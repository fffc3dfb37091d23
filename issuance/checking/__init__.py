"""What was read, looked at and repaired, before anything is decided."""
