"""What happened to batches, lists and campaigns, as merchants' own systems are told."""
