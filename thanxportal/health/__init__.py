"""What machines ask about the portal: whether it serves, what stands in its way, and figures over time."""
