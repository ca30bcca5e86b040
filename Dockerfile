# syntax=docker/dockerfile:1

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /opt/carveout
COPY requirements.lock ./
RUN python -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY sim sim
COPY app app
COPY templates templates
COPY static static
RUN .venv/bin/pip install --no-deps --no-build-isolation --no-index --editable .
# Compiled for no particular processor, so that the image runs anywhere.
ENV NUMBA_CPU_NAME=generic CARVEOUT_CACHE_DIR=/opt/cache
RUN .venv/bin/python -m sim.core.jit.warm

FROM python:3.13-slim-bookworm
ENV PATH=/opt/carveout/.venv/bin:$PATH \
    NUMBA_CPU_NAME=generic \
    CARVEOUT_CACHE_DIR=/opt/cache \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --home-dir /data carveout \
    && install --directory --owner carveout /data
WORKDIR /opt/carveout
COPY --from=build /opt/carveout /opt/carveout
COPY --from=build --chown=10001 /opt/cache /opt/cache
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# Answers loopback names only, unless CARVEOUT_ALLOWED_HOSTS names what visitors type (docs/command-line.md).
CMD ["carveout", "serve", "--host", "0.0.0.0", "--port", "8000", "--data-dir", "/data"]
