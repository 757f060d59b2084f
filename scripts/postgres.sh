#!/usr/bin/env bash
# A throw-away PostgreSQL for tests: scripts/postgres.sh COMMAND… starts one in a temporary directory, reachable through
# its socket only, runs the command with TRUEPOINT_TEST_POSTGRES set to its address, and removes it. Without a command it
# prints the variable and serves until it is interrupted. Debian: apt-get install postgresql (15 or later). Where there is
# none, the command runs all the same and its tests skip.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$bin" ] && command -v initdb >/dev/null; then bin=$(dirname "$(command -v initdb)"); fi
if [ -z "$bin" ]; then
  echo "no PostgreSQL here, its tests skip: apt-get install postgresql" >&2
  [ $# -gt 0 ] || exit 1
  exec "$@"
fi

dir=$(mktemp -d /tmp/truepoint-postgres.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then # initdb refuses root
  chown postgres "$dir"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
sleeper=
stop() {
  [ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null || true
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

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
if [ $# -gt 0 ]; then
  "$@"
else
  sleep infinity >/dev/null 2>&1 & # in the background, so that a signal is heard at once
  sleeper=$!                       # known before anybody is told the address, and can end this
  printf 'export TRUEPOINT_TEST_POSTGRES=%q\n' "$TRUEPOINT_TEST_POSTGRES"
  wait
fi
