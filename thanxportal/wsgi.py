"""The WSGI entry for web servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
application = get_wsgi_application()
