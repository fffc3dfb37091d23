"""What partner staff see and do, found by Django under this name."""

from issuance.admin import jobs, lists, sending  # noqa: F401 - each registers its models
