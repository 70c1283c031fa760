# Chatbench, its pinned k6 and the reference chatbot, for docker-compose.benchmark.yml. Run it with an init (--init, or
# `init: true`): k6 is started in process groups of its own. Versions are those that the tests ran with; tags, not
# digests, because they were written without a registry at hand.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim
ARG K6_IMAGE=grafana/k6:2.2.0

# hadolint ignore=DL3006
FROM ${K6_IMAGE} AS k6

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-fund --no-audit
COPY tsconfig.json tsconfig.build.json ./
COPY tools/setup.mjs tools/setup.mjs
COPY tools/setup tools/setup
COPY src src
COPY demo demo
COPY bench bench
COPY generate generate
RUN node tools/setup.mjs --build

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-fund --no-audit && npm cache clean --force

# The second engine, from pinned versions with hashes; the Python is that of the same Debian as below.
# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS locust
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY tools/locust-requirements.txt ./
RUN python3 -m venv /opt/locust \
  && /opt/locust/bin/python -m pip install --no-cache-dir --require-hashes -r locust-requirements.txt

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS runtime
LABEL org.opencontainers.image.title="chatbench" org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production CHATBENCH_LOCUST=/opt/locust/bin/python PYTHONDONTWRITEBYTECODE=1
WORKDIR /chatbench
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
# What a new volume at these places looks like: whoever belongs to the group 10001 may write, so `prepare` may.
RUN groupadd --gid 10001 chatbench-secrets \
  && for name in target store chatbench prometheus alertmanager grafana dashboards; do \
       install -d -o node -g 10001 -m 0770 "/prepared/$name"; \
     done \
  && install -d -o node -g node -m 0775 /chatbench/results
COPY --from=k6 /usr/bin/k6 /usr/local/bin/k6
COPY --from=locust /opt/locust /opt/locust
COPY --from=packages /build/node_modules node_modules
COPY --from=build /build/dist/src dist/src
COPY --from=build /build/dist/demo dist/demo
COPY package.json LICENSE chatbench.yml ./
COPY load_tests load_tests
COPY prometheus prometheus
COPY grafana/dashboards grafana/dashboards
COPY docs/runbooks docs/runbooks
COPY docker docker
USER node
EXPOSE 8640
CMD ["node", "dist/src/main.js", "serve"]
