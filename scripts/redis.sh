#!/usr/bin/env bash
# Throw-away Redis servers for tests: scripts/redis.sh COMMAND… starts a single server, a Cluster of three, and a primary with
# a replica that three sentinels watch, on free ports of the loopback interface, runs the command with TRUEPOINT_TEST_REDIS,
# TRUEPOINT_TEST_REDIS_CLUSTER and TRUEPOINT_TEST_REDIS_SENTINEL set to their addresses, and stops them. Without a command it
# prints the variables and serves until it is interrupted. Debian: apt-get install redis-server (6.2 or later). Where there is
# none, the command runs all the same and its tests skip.
set -euo pipefail

if ! command -v redis-server >/dev/null || ! command -v redis-cli >/dev/null; then
  echo "no Redis here, its tests skip: apt-get install redis-server" >&2
  [ $# -gt 0 ] || exit 1
  exec "$@"
fi

dir=$(mktemp -d /tmp/truepoint-redis.XXXXXX)
pids=()
stop() {
  kill "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

# ports COUNT prints free ports whose sum with 10000, where a Cluster talks to itself, is free too and below the ports that
# the system gives to clients.
ports() {
  python3 - "$1" <<'PY'
import random, socket, sys
held, out = [], []
while len(out) < int(sys.argv[1]):
    port = random.randrange(12000, 22000)
    try:
        for p in (port, port + 10000):
            s = socket.socket()
            s.bind(("127.0.0.1", p))
            held.append(s)
        out.append(port)
    except OSError:
        pass
print(*out)
PY
}

# until_ok COMMAND… waits for half a minute until a command succeeds.
until_ok() {
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "Redis does not start: $*" >&2
  tail -n 5 "$dir"/*.log >&2
  exit 1
}

# serve PORT OPTION… starts a server that keeps nothing on disk.
serve() {
  local port=$1; shift
  mkdir -p "$dir/$port"
  redis-server --port "$port" --bind 127.0.0.1 --dir "$dir/$port" --save "" --databases 4096 --repl-diskless-sync-delay 0 "$@" >"$dir/$port.log" 2>&1 &
  pids+=("$!")
  until_ok redis-cli -p "$port" ping
}

says() { redis-cli -p "$1" "${@:3}" | grep -q "$2"; }

read -r single primary replica s1 s2 s3 c1 c2 c3 <<<"$(ports 9)"
serve "$single"
export TRUEPOINT_TEST_REDIS="127.0.0.1:$single"

for p in "$c1" "$c2" "$c3"; do serve "$p" --cluster-enabled yes --cluster-node-timeout 2000; done
redis-cli --cluster create "127.0.0.1:$c1" "127.0.0.1:$c2" "127.0.0.1:$c3" --cluster-replicas 0 --cluster-yes >"$dir/create.log"
for p in "$c1" "$c2" "$c3"; do until_ok says "$p" cluster_state:ok cluster info; done
export TRUEPOINT_TEST_REDIS_CLUSTER="127.0.0.1:$c1,127.0.0.1:$c2,127.0.0.1:$c3"

serve "$primary"
serve "$replica" --replicaof 127.0.0.1 "$primary"
until_ok says "$replica" master_link_status:up info replication
for p in "$s1" "$s2" "$s3"; do
  printf '%s\n' "port $p" "bind 127.0.0.1" "dir $dir" "sentinel monitor mymaster 127.0.0.1 $primary 2" \
    "sentinel down-after-milliseconds mymaster 1000" "sentinel failover-timeout mymaster 5000" >"$dir/$p.conf"
  redis-server "$dir/$p.conf" --sentinel >"$dir/$p.log" 2>&1 &
  pids+=("$!")
done
for p in "$s1" "$s2" "$s3"; do until_ok says "$p" status=ok,.*slaves=1,sentinels=3 info sentinel; done
export TRUEPOINT_TEST_REDIS_SENTINEL="127.0.0.1:$s1,127.0.0.1:$s2,127.0.0.1:$s3"

if [ $# -gt 0 ]; then
  "$@"
else
  for name in TRUEPOINT_TEST_REDIS TRUEPOINT_TEST_REDIS_CLUSTER TRUEPOINT_TEST_REDIS_SENTINEL; do printf 'export %s=%q\n' "$name" "${!name}"; done
  wait
fi
