"""What partner staff decide: resolutions, revocations, the end of a pause."""
