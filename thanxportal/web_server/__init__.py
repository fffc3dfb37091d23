"""The web server: gunicorn looks after the processes, waitress reads requests before a thread works on them.

So no thread ever waits for a network, and whoever is slow only keeps a connection, for as long as the deadlines in here
say. A body that isn't small comes only after the portal has let it in, by its headers alone (`body_limits`).
"""

from thanxportal.web_server.worker import Worker

__all__ = ["Worker"]
