"""What partner staff see and do, found by Django under this name."""

from issuance.admin import holds, jobs, lists  # noqa: F401 - each registers its models
