# shellcheck shell=bash
# Where the local stack keeps its things and where it listens. The scripts beside it source it.
#
#   STACK        name of this stack (local); its data, logs and settings are in .stack/$STACK/
#   PORT_OFFSET  added to every port (0), so that a second stack can run beside the first

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export STACK=${STACK:-local} PORT_OFFSET=${PORT_OFFSET:-0}
case $PORT_OFFSET in *[!0-9]* | '') echo "PORT_OFFSET must be a whole number, not '$PORT_OFFSET'" >&2; exit 2 ;; esac
case $STACK in *[!a-z0-9-]* | '') echo "STACK must be lower-case letters, digits and hyphens, not '$STACK'" >&2; exit 2 ;; esac
export ROOT=$root STATE=$root/.stack/$STACK

# The third-party parts are kept by the content of what pins them: another version lands in another folder.
pins=$(cd "$root/stack" && cat pom.xml parts/*/pom.xml requirements*.txt tools/process-compose/go.* install | cksum | cut -d' ' -f1)
export PARTS=$root/.stack/parts-$pins

port() { echo $(($1 + PORT_OFFSET)); }
KAFKA_PORT=$(port 9092) KAFKA_CONTROLLER_PORT=$(port 9093)
REGISTRY_PORT=$(port 8081) REGISTRY_MANAGEMENT_PORT=$(port 8082)
CONNECT_PORT=$(port 8083) CONNECT_2_PORT=$(port 8084)
S3_PORT=$(port 8333) CATALOG_PORT=$(port 8181) S3_MASTER_PORT=$(port 9333) S3_VOLUME_PORT=$(port 9340) S3_FILER_PORT=$(port 8888)
SPARK_PORT=$(port 15002) SPARK_UI_PORT=$(port 4040) SPARK_MASTER_PORT=$(port 7077) SPARK_MASTER_UI_PORT=$(port 8079)
ALERTER_1_PORT=$(port 9101) ALERTER_2_PORT=$(port 9102) DASHBOARD_PORT=$(port 8080)
export KAFKA_PORT KAFKA_CONTROLLER_PORT REGISTRY_PORT REGISTRY_MANAGEMENT_PORT CONNECT_PORT CONNECT_2_PORT SPARK_PORT SPARK_UI_PORT SPARK_MASTER_PORT SPARK_MASTER_UI_PORT ALERTER_1_PORT ALERTER_2_PORT DASHBOARD_PORT
export S3_PORT CATALOG_PORT S3_MASTER_PORT S3_VOLUME_PORT S3_FILER_PORT
# shellcheck disable=SC2034 # the preflight looks at them
all_ports="$KAFKA_PORT $KAFKA_CONTROLLER_PORT $REGISTRY_PORT $REGISTRY_MANAGEMENT_PORT $CONNECT_PORT $CONNECT_2_PORT $S3_PORT $CATALOG_PORT
  $S3_MASTER_PORT $S3_VOLUME_PORT $S3_FILER_PORT $SPARK_PORT $SPARK_UI_PORT $SPARK_MASTER_PORT $SPARK_MASTER_UI_PORT $ALERTER_1_PORT $ALERTER_2_PORT $DASHBOARD_PORT"

# What PeaceState's own programs and the connectors read; the same names everywhere.
export KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:$KAFKA_PORT
export SCHEMA_REGISTRY_URL=http://127.0.0.1:$REGISTRY_PORT/apis/ccompat/v7
export APICURIO_REGISTRY_URL=http://127.0.0.1:$REGISTRY_PORT/apis/registry/v2
export CONNECT_URL=http://127.0.0.1:$CONNECT_PORT
export SPARK_REMOTE=sc://127.0.0.1:$SPARK_PORT
export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$S3_PORT
export ICEBERG_CATALOG_URI=http://127.0.0.1:$CATALOG_PORT
export AWS_REGION=us-east-1
# Keys of a server that only this machine can reach; not secrets.
export AWS_ACCESS_KEY_ID=peacestate AWS_SECRET_ACCESS_KEY=peacestate-local
export TOPIC_REPLICATION=1
# The control room, and the token without which nobody changes anything in it: one's own, or that which stack/up has drawn.
export DASHBOARD_LISTEN=127.0.0.1:$DASHBOARD_PORT DASHBOARD_TOKEN=${DASHBOARD_TOKEN:-}
if [ -z "$DASHBOARD_TOKEN" ] && [ -r "$STATE/dashboard-token" ]; then DASHBOARD_TOKEN=$(<"$STATE/dashboard-token"); fi

# Java: the parts bring Java 21 for Kafka, Connect and the registry. Spark needs a whole JDK 17 to 23 of this machine's.
java_major() { "$1" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p;q'; }
find_spark_java() {
  local home version
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -x "$home/bin/java" ] || continue
    version=$(java_major "$home/bin/java")
    if [ "${version:-0}" -ge 17 ] && [ "$version" -le 23 ]; then echo "$home"; return; fi
  done
  return 1
}
SPARK_JAVA_HOME=$(find_spark_java) || SPARK_JAVA_HOME=
JAVA_21=$PARTS/java/bin/java
SPARK_HOME=$PARTS/pyspark
export SPARK_JAVA_HOME JAVA_21 SPARK_HOME

# process-compose is spoken to through a socket below $STATE; the path is relative because a socket's path is short.
# $STATE/parts points to the parts that the stack was started with, which new pins do not change.
export PROC_COMP_CONFIG=$STATE/conf # else it looks in the home folder, and complains
process_compose() { (cd "$STATE" && parts/bin/process-compose --unix-socket process-compose.sock "$@"); }
running() { [ -S "$STATE/process-compose.sock" ] && process_compose project state >/dev/null 2>&1; }
