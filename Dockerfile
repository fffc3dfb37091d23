# The portal in an image: programs and static files belong to root, the portal's user writes to /var/lib/portal alone.
# `make image-check` plays these steps without a container engine; docs/install.md has the way with compose.
FROM debian:trixie-slim AS python
ENV DEBIAN_FRONTEND=noninteractive PYTHONUNBUFFERED=1
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/*

FROM python AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
WORKDIR /app
COPY requirements.txt ./
RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py ./
COPY thanxportal thanxportal
COPY campaigns campaigns
COPY issuance issuance
COPY templates templates
COPY static static
RUN VAR_DIR=/tmp/var STATIC_ROOT=/app/collected .venv/bin/python manage.py collectstatic --noinput \
    && .venv/bin/python -m compileall -q thanxportal campaigns issuance \
    && chmod -R go+rX /app

FROM python
RUN useradd --uid 10001 --no-create-home --home-dir /var/lib/portal portal \
    && install --directory --owner portal --group portal --mode 0700 /var/lib/portal
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:/usr/bin:/bin VAR_DIR=/var/lib/portal STATIC_ROOT=/app/collected LOG_FORMAT=json
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
HEALTHCHECK --interval=10s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["gunicorn", "thanxportal.wsgi", "--worker-class", "thanxportal.web_server.Worker", "--workers", "2", "--threads", "8", "--timeout", "60", "--no-control-socket", "--bind", "0.0.0.0:8000"]
