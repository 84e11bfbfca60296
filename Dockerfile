# One image for web, worker and commands. It holds no secret and no data: see compose.yaml.
FROM python:3.11-slim-bookworm AS built

COPY requirements.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --requirement requirements.txt

FROM python:3.11-slim-bookworm

RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin bitsletter \
    && install --directory --owner=bitsletter --group=bitsletter /data
COPY --from=built /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    ENV_FILE=/dev/null \
    DEBUG=off \
    DATA_DIR=/data \
    STATIC_ROOT=/static \
    BIND=0.0.0.0 \
    PORT=8000

WORKDIR /app
COPY . .
# The key is of this step alone: without one nothing starts.
RUN python -m compileall -q . \
    && SECRET_KEY=of-this-step DATA_DIR=/tmp/built python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r /tmp/built

USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "bitsletter.healthy"]
CMD ["gunicorn", "--config", "bitsletter/gunicorn_conf.py", "--worker-tmp-dir", "/dev/shm", "bitsletter.wsgi"]
