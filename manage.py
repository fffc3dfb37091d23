#!/usr/bin/env python
"""The command line of the portal: `python manage.py help`."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from thanxportal import env_file

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    if sys.argv[1:2] == ["setup"] and not {"-h", "--help"} & {*sys.argv}:
        env_file.complete(Path(__file__).parent / ".env", os.environ, ask="--no-input" not in sys.argv)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        sys.exit(str(wrong))
