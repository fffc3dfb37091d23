"""The WSGI entry for web servers. It runs the security checks first."""

import os

from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
application = get_wsgi_application()

# A web server doesn't run Django's checks, and a portal with a wrong address of Thanx must not start.
if wrong := [message for message in run_checks(tags=[Tags.security]) if message.is_serious()]:
    raise ImproperlyConfigured("\n".join(map(str, wrong)))
