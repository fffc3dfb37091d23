"""Events of tools that post to an address: read, judged by what a hook says, and rewarded or kept for a person."""
