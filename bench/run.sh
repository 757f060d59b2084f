#!/usr/bin/env bash
# Runs every benchmark, one after the other, and writes bench/RESULTS.md. Data, stores and a Python with DuckDB go to
# bench/data and stay there for the next run. PAIRS=N sets the interleaved pairs (default 5).
# A benchmark that fails is told and leaves its rows out; the others run, and the exit status is 1.
set -uo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
pairs=${PAIRS:-5}
data=bench/data
bin=$data/bin
rows=$data/rows.md
notes=$data/notes.txt
load=$(cat /proc/loadavg)
failed=0
mkdir -p "$bin"
exec 9>$data/lock
flock --nonblock 9 || {
  echo "run.sh: another run is going on; two at once would measure each other" >&2
  exit 1
}
: >"$rows"
: >"$notes"

for p in pit window training apply online materialize serve report; do
  go build -trimpath -o "$bin/$p" "./bench/$p" || exit 1
done
go build -trimpath -ldflags '-s -w' -o "$bin/truepoint" ./cmd/truepoint || exit 1

python=$data/venv/bin/python
if ! "$python" -c 'import duckdb' 2>/dev/null; then
  rm -rf "$data/venv"
  { python3 -m venv "$data/venv" && "$data/venv/bin/pip" install --quiet duckdb; } || echo "run.sh: DuckDB cannot be installed; rows 14a and 17 will fail" >&2
fi

# run NAME ARGS: rows go to the table, notes to the terminal and the page.
run() {
  local name=$1
  shift
  if ! "$bin/$name" "$@" 2> >(tee -a "$notes" >&2) | tee -a "$rows"; then
    echo "run.sh: bench/$name failed" | tee -a "$notes" >&2
    failed=1
  fi
}

# What takes long to make is made before anything is measured.
"$bin/pit" -data $data/pit -python "$python" -one prepare || failed=1
"$bin/window" -data $data/window -python "$python" -one prepare || failed=1
"$bin/training" -data $data/training -binary "$bin/truepoint" -python "$python" -prepare || failed=1
"$bin/materialize" -data $data/materialize -one prepare || failed=1
"$bin/serve" -data $data/serve -prepare || failed=1
sync

run online -data $data/online -pairs "$pairs"
run materialize -data $data/materialize -pairs "$pairs"
run pit -data $data/pit -python "$python" -pairs "$pairs"
run window -data $data/window -python "$python" -pairs "$pairs"
run training -data $data/training -binary "$bin/truepoint" -python "$python" -rounds "$pairs"
run apply -pairs "$((pairs + 4))"
run serve -data $data/serve -binary "$bin/truepoint"

"$bin/report" "$rows" "$notes" "$load" >bench/RESULTS.md.new && mv bench/RESULTS.md.new bench/RESULTS.md
exit $failed
