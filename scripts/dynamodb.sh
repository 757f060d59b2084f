#!/usr/bin/env bash
# A throw-away DynamoDB for tests: scripts/dynamodb.sh COMMAND… starts Amazon's DynamoDB Local, which keeps everything in
# memory, on a free port, runs the command with TRUEPOINT_TEST_DYNAMODB set to its address, and stops it. Without a command
# it prints the variables and serves until it is interrupted. It is fetched once, into ${XDG_CACHE_HOME:-~/.cache}/truepoint,
# with Maven; its licence allows tests and forbids shipping it. Where Java or Maven is missing, the command runs all the same
# and its tests skip. Debian: apt-get install maven. The server listens on all interfaces: it offers no other way.
set -euo pipefail

version=2.6.1
lib=${XDG_CACHE_HOME:-$HOME/.cache}/truepoint/dynamodb-local-$version
dir=$(mktemp -d /tmp/truepoint-dynamodb.XXXXXX)
pid=
stop() {
  [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

install() {
  [ -d "$lib" ] && return
  command -v java >/dev/null && command -v mvn >/dev/null || { echo "java or mvn is missing" >"$dir/install.log"; return 1; }
  echo "installing DynamoDB Local (once)" >&2
  cat >"$dir/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>truepoint</groupId><artifactId>dynamodb-local</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>$version</version></dependency></dependencies>
</project>
POM
  mvn -q -B -f "$dir/pom.xml" dependency:copy-dependencies -DoutputDirectory="$dir/lib" >"$dir/install.log" 2>&1 || return 1
  mkdir -p "$(dirname "$lib")"
  mv "$dir/lib" "$lib" 2>/dev/null || [ -d "$lib" ]
}

if ! install; then
  echo "DynamoDB Local cannot be installed, its tests skip: apt-get install maven" >&2; tail -5 "$dir/install.log" >&2
  [ $# -gt 0 ] || exit 1
  "$@"
  exit
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
java -Xmx512m -Djava.library.path="$lib" -cp "$lib/*" com.amazonaws.services.dynamodbv2.local.main.ServerRunner -inMemory \
  -sharedDb -disableTelemetry -port "$port" >"$dir/log" 2>&1 &
pid=$!
for _ in $(seq 600); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
  kill -0 "$pid" 2>/dev/null || { echo "DynamoDB Local does not start:" >&2; cat "$dir/log" >&2; exit 1; }
  sleep 0.1
done
export TRUEPOINT_TEST_DYNAMODB="http://127.0.0.1:$port"
# The server takes any credentials; a client needs some.
export AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID:-truepoint} AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY:-truepoint-secret}
if [ $# -gt 0 ]; then
  "$@"
else
  for name in TRUEPOINT_TEST_DYNAMODB AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; do printf 'export %s=%q\n' "$name" "${!name}"; done
  wait
fi
