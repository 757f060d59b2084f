#!/usr/bin/env bash
# Throw-away object stores for tests: scripts/objectstores.sh COMMAND… starts versitygw (S3), fake-gcs-server (Google Cloud
# Storage) and Azurite (Azure Blob Storage) on free ports of the loopback interface, makes a bucket in each, runs the
# command with TRUEPOINT_TEST_S3, TRUEPOINT_TEST_GS and TRUEPOINT_TEST_AZBLOB set to their addresses, and stops them.
# Without a command it prints the variables and serves until it is interrupted. The servers are installed once, into
# ${XDG_CACHE_HOME:-~/.cache}/truepoint, with go and npm; a server that cannot be installed is left out and its tests skip.
set -euo pipefail

versitygw=github.com/versity/versitygw/cmd/versitygw@v1.8.0
fakegcs=github.com/fsouza/fake-gcs-server@v1.56.1
azurite=azurite@3.37.0

cache=${XDG_CACHE_HOME:-$HOME/.cache}/truepoint
mkdir -p "$cache/bin"
dir=$(mktemp -d /tmp/truepoint-objectstores.XXXXXX)
pids=()
stop() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

# install NAME COMMAND… makes sure that $cache/bin/NAME is there.
install() {
  local name=$1; shift
  [ -x "$cache/bin/$name" ] && return
  echo "installing $name (once)" >&2
  "$@" >"$dir/install-$name.log" 2>&1 && [ -x "$cache/bin/$name" ] && return
  echo "$name cannot be installed, its tests skip:" >&2; tail -5 "$dir/install-$name.log" >&2
  return 1
}
with_go() { GOBIN="$cache/bin" CGO_ENABLED=0 go install "$1"; }
with_npm() {
  npm install --no-fund --no-audit --prefix "$cache/npm" "$1"
  ln -sf "$cache/npm/node_modules/.bin/azurite-blob" "$cache/bin/azurite-blob"
}

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# serve NAME PORT COMMAND… starts a server and waits until it listens.
serve() {
  local name=$1 port=$2; shift 2
  "$@" >"$dir/$name.log" 2>&1 &
  local pid=$!
  pids+=("$pid")
  for _ in $(seq 300); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "$name does not start:" >&2; cat "$dir/$name.log" >&2
  exit 1
}

if install versitygw with_go "$versitygw"; then
  p=$(port); mkdir -p "$dir/s3/truepoint"
  export AWS_ACCESS_KEY_ID=truepoint AWS_SECRET_ACCESS_KEY=truepoint-secret AWS_REGION=us-east-1
  ROOT_ACCESS_KEY=$AWS_ACCESS_KEY_ID ROOT_SECRET_KEY=$AWS_SECRET_ACCESS_KEY serve versitygw "$p" \
    "$cache/bin/versitygw" --port "127.0.0.1:$p" posix "$dir/s3"
  export TRUEPOINT_TEST_S3="s3://truepoint?endpoint=http://127.0.0.1:$p&use_path_style=true"
fi
if install fake-gcs-server with_go "$fakegcs"; then
  p=$(port); mkdir -p "$dir/gs/truepoint"
  serve fake-gcs-server "$p" "$cache/bin/fake-gcs-server" -scheme http -host 127.0.0.1 -port "$p" -backend memory -data "$dir/gs" \
    -public-host "127.0.0.1:$p" -log-level error
  export STORAGE_EMULATOR_HOST="127.0.0.1:$p" TRUEPOINT_TEST_GS="gs://truepoint"
fi
if install azurite-blob with_npm "$azurite"; then
  p=$(port)
  # The account and key are those that Azurite's documentation gives; they open nothing else.
  export AZURE_STORAGE_ACCOUNT=devstoreaccount1
  export AZURE_STORAGE_KEY='Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
  serve azurite "$p" "$cache/bin/azurite-blob" --blobHost 127.0.0.1 --blobPort "$p" --inMemoryPersistence --skipApiVersionCheck \
    --disableTelemetry --silent
  export TRUEPOINT_TEST_AZBLOB="azblob://truepoint?domain=127.0.0.1:$p&protocol=http&localemu=true"
  python3 - "$p" <<'PY'
import base64, email.utils, hashlib, hmac, os, sys, urllib.request
account, date = os.environ["AZURE_STORAGE_ACCOUNT"], email.utils.formatdate(usegmt=True)
text = f"PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-08-06\n/{account}/{account}/truepoint\nrestype:container"
sign = base64.b64encode(hmac.new(base64.b64decode(os.environ["AZURE_STORAGE_KEY"]), text.encode(), hashlib.sha256).digest()).decode()
urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{sys.argv[1]}/{account}/truepoint?restype=container", method="PUT",
    headers={"x-ms-date": date, "x-ms-version": "2021-08-06", "Authorization": f"SharedKey {account}:{sign}", "Content-Length": "0"}))
PY
fi

if [ $# -gt 0 ]; then
  "$@"
elif [ ${#pids[@]} -eq 0 ]; then
  exit 1 # nothing to serve, as was said above
else
  for name in $(compgen -e | grep -E '^(TRUEPOINT_TEST_(S3|GS|AZBLOB)|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION)|STORAGE_EMULATOR_HOST|AZURE_STORAGE_(ACCOUNT|KEY))$'); do
    printf 'export %s=%q\n' "$name" "${!name}"
  done
  wait
fi
