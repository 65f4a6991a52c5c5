# One image for every agency's service, the operators' console and the set-up of the centre.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/ieum
COPY requirements.lock requirements-build.lock ./
RUN /opt/ieum/bin/python -m pip install --no-cache-dir --quiet --require-hashes -r requirements.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --no-cache-dir --quiet --require-hashes -r requirements-build.lock
COPY pyproject.toml ./
COPY contracts contracts
COPY services services
RUN /opt/build/bin/python -m pip wheel --no-cache-dir --quiet --no-deps --no-build-isolation --wheel-dir wheels \
      ./contracts ./services/kit ./services/console . \
    && /opt/ieum/bin/python -m pip install --no-cache-dir --quiet --no-deps wheels/*.whl \
    && /opt/ieum/bin/python -m pip check

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin ieum \
    && install -d -o ieum -g ieum -m 755 /secrets
COPY --from=build /opt/ieum /opt/ieum
COPY infra/centre.toml /etc/ieum/centre.toml
ENV PATH=/opt/ieum/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /
USER 10001:10001
EXPOSE 8080
CMD ["ieum", "--help"]
