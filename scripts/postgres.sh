#!/usr/bin/env bash
# A throw-away PostgreSQL for tests: scripts/postgres.sh COMMAND… starts one in a temporary directory, runs the command
# with TRUEPOINT_TEST_POSTGRES set to its address, and removes it. Debian: apt-get install postgresql (any from 13 on).
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: $0 COMMAND…" >&2; exit 2; }
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$bin" ] && command -v initdb >/dev/null; then bin=$(dirname "$(command -v initdb)"); fi
[ -n "$bin" ] || { echo "no PostgreSQL here: apt-get install postgresql" >&2; exit 1; }

dir=$(mktemp -d /tmp/truepoint-postgres.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then # initdb refuses root
  chown postgres "$dir"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT

cd "$dir"
"${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en >/dev/null
cat >> "$dir/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
fsync = off
max_connections = 200
CONF
"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w start >/dev/null || { cat "$dir/log" >&2; exit 1; }
cd "$OLDPWD"
export TRUEPOINT_TEST_POSTGRES="postgres:///postgres?host=$dir&user=postgres"
"$@"
