# One image for every part: `huikuan serve` (all in one), `serve ledger`, `migrate`, `import` …
# Build: docker build -t huikuan:0.1.0 .

FROM python:3.13-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PIP_NO_CACHE_DIR=1
RUN pip install --root-user-action=ignore uv==0.13.9
WORKDIR /app
# What changes seldom comes first: a change of ours does not install the libraries anew.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --extra librdkafka --no-install-project
COPY README.md LICENSE ./
COPY huikuan huikuan
COPY services services
RUN uv sync --frozen --no-dev --extra librdkafka --no-editable

FROM python:3.13-slim
RUN groupadd --system --gid 10001 huikuan \
    && useradd --system --uid 10001 --gid huikuan --home-dir /var/lib/huikuan --create-home huikuan
COPY --from=build --chown=root:root /app/.venv /app/.venv
COPY deploy/mappings /usr/share/huikuan/mappings
COPY deploy/policies /usr/share/huikuan/policies
ENV PATH=/app/.venv/bin:$PATH HUIKUAN_HOME=/var/lib/huikuan PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/huikuan
VOLUME /var/lib/huikuan
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health/ready', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["huikuan"]
# Beyond loopback the server demands a real key: set HUIKUAN_API_KEY, or read the one printed once.
CMD ["serve", "--host", "0.0.0.0"]
