# PeaceState's own programs as images: a target for each. The third-party parts are in stack/Dockerfile.
#
# It needs no BuildKit. Modules come first, then the packages that take long to compile, then each program by itself: when one changes,
# it alone is compiled and linked again.

FROM debian:trixie-slim AS go
COPY compose/certificates/ /usr/local/share/ca-certificates/
RUN apt-get update -q && apt-get install -q -y --no-install-recommends ca-certificates gcc golang-go libc6-dev && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
# Debian's Go fetches the one that go.mod names. Every module also stands by itself.
ENV GOWORK=off GOFLAGS="-trimpath -buildvcs=false" GOTOOLCHAIN=auto
WORKDIR /src
COPY alerter/go.mod alerter/go.sum alerter/
COPY dashboard/go.mod dashboard/go.sum dashboard/
COPY peaceland/go.mod peaceland/
COPY schemas/go.mod schemas/go.sum schemas/
COPY service/go.mod service/go.sum service/
COPY setup/go.mod setup/go.sum setup/
COPY simulator/go.mod simulator/go.sum simulator/
COPY spark-jobs/go.mod spark-jobs/go.sum spark-jobs/
RUN for module in alerter dashboard setup simulator spark-jobs; do (cd $module && go mod download) || exit; done
RUN go build -C alerter github.com/confluentinc/confluent-kafka-go/v2/kafka github.com/prometheus/client_golang/prometheus/promhttp \
 && go build -C simulator github.com/alecthomas/kong github.com/linkedin/goavro/v2 github.com/riferrei/srclient \
 && go build -C dashboard github.com/mattn/go-sqlite3 \
 && go build -C spark-jobs github.com/apache/spark-connect-go/v35/spark/sql gonum.org/v1/plot/vg/vgimg gonum.org/v1/plot/vg/vgsvg
COPY service/ service/
COPY peaceland/ peaceland/
COPY schemas/ schemas/

FROM go AS build-setup
COPY setup/ setup/
RUN go build -C setup -ldflags="-s -w" -o /out/setup .

FROM go AS build-simulator
COPY simulator/ simulator/
RUN go build -C simulator -ldflags="-s -w" -o /out/simulator .

FROM go AS build-alerter
COPY alerter/ alerter/
RUN go build -C alerter -ldflags="-s -w" -o /out/alerter .

FROM go AS build-spark-jobs
COPY spark-jobs/ spark-jobs/
RUN go build -C spark-jobs -ldflags="-s -w" -o /out/spark-jobs .

# The page, by the Node that dashboard/web pins.
FROM debian:trixie-slim AS page
COPY compose/certificates/ /usr/local/share/ca-certificates/
RUN apt-get update -q && apt-get install -q -y --no-install-recommends ca-certificates python3-venv && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
WORKDIR /src/dashboard/web
COPY dashboard/web/npm dashboard/web/requirements.txt dashboard/web/package.json dashboard/web/package-lock.json dashboard/web/.npmrc ./
RUN ./npm ci --loglevel=error && touch node_modules/.package-lock.json
COPY dashboard/web/ ./
RUN ./build

FROM go AS build-dashboard
COPY dashboard/ dashboard/
COPY --from=page /src/dashboard/web/dist/ dashboard/web/dist/
RUN go build -C dashboard -ldflags="-s -w" -o /out/dashboard .

FROM debian:trixie-slim AS base
RUN apt-get update -q && apt-get install -q -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && useradd --system --uid 10001 --no-create-home peacestate \
 && install -d -o peacestate -g peacestate -m 700 /var/lib/peacestate /var/lib/models /run/peacestate
COPY stack/healthy /usr/local/bin/
USER peacestate
WORKDIR /var/lib/peacestate

FROM base AS setup
COPY connectors/*.json /connectors/
COPY --from=build-setup /out/setup /usr/local/bin/
ENTRYPOINT ["setup"]

FROM base AS simulator
COPY --from=build-simulator /out/simulator /usr/local/bin/
ENTRYPOINT ["simulator"]

FROM base AS alerter
COPY --from=build-alerter /out/alerter /usr/local/bin/
ENTRYPOINT ["alerter"]

FROM base AS spark-jobs
COPY --from=build-spark-jobs /out/spark-jobs /usr/local/bin/
ENTRYPOINT ["spark-jobs"]

# With spark-jobs, to ask questions again.
FROM base AS dashboard
COPY --from=build-spark-jobs /out/spark-jobs /usr/local/bin/
COPY --from=build-dashboard /out/dashboard /usr/local/bin/
COPY compose/dashboard /usr/local/bin/control-room
ENTRYPOINT ["control-room"]
