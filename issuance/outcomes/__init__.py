"""Watching, and what became of it: progress, refusals, reports, the start page."""
