#!/usr/bin/env bash
# Runs every benchmark, one after the other, and writes bench/RESULTS.md. Data, stores and a Python with DuckDB go to
# bench/data and stay there for the next run. PAIRS=N sets the interleaved pairs (default 5).
# A benchmark that fails is told; the others run, and the exit status is 1. ONLY="pit serve" runs those alone. Rows that
# were not measured stay on the page as they were, with their date.
set -uo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
pairs=${PAIRS:-5}
only=${ONLY:-online redis postgres materialize pit window training apply serve http grpc}
data=bench/data
bin=$data/bin
rows=$data/rows.md
notes=$data/notes.txt
failed=0
mkdir -p "$bin"
exec 9>$data/lock
flock --nonblock 9 || {
  echo "run.sh: another run is going on; two at once would measure each other" >&2
  exit 1
}
: >"$rows"
: >"$notes"

for p in pit window training apply online redis postgres materialize serve http grpc report; do
  go build -trimpath -o "$bin/$p" "./bench/$p" || exit 1
done
go build -trimpath -tags disable_grpc_modules -ldflags '-s -w' -o "$bin/truepoint" ./cmd/truepoint || exit 1

python=$data/venv/bin/python
if ! "$python" -c 'import duckdb' 2>/dev/null; then
  rm -rf "$data/venv"
  { python3 -m venv "$data/venv" && "$data/venv/bin/pip" install --quiet duckdb; } || echo "run.sh: DuckDB cannot be installed; rows 14a and 17 will fail" >&2
fi

wanted() { [[ " $only " == *" $1 "* ]]; }

# prepare NAME ARGS makes the data of a benchmark.
prepare() { ! wanted "$1" || "$bin/$1" -data "$data/$1" "${@:2}" || failed=1; }

# run NAME ARGS, by the script $via if it is set: rows go to the table, notes to the terminal and the page.
run() {
  wanted "$1" || return
  if ! ${via:-} "$bin/$1" "${@:2}" 2> >(tee -a "$notes" >&2) | tee -a "$rows"; then
    echo "run.sh: bench/$1 failed" | tee -a "$notes" >&2
    failed=1
  fi
}

# What takes long to make is made before anything is measured.
prepare pit -python "$python" -one prepare
prepare window -python "$python" -one prepare
prepare training -binary "$bin/truepoint" -python "$python" -prepare
prepare materialize -one prepare
prepare serve -prepare
prepare http -prepare
sync

run online -data $data/online -pairs "$pairs"
run redis -pairs "$pairs"
via=scripts/postgres.sh run postgres -pairs "$pairs"
run materialize -data $data/materialize -pairs "$pairs"
run pit -data $data/pit -python "$python" -pairs "$pairs"
run window -data $data/window -python "$python" -pairs "$pairs"
run training -data $data/training -binary "$bin/truepoint" -python "$python" -rounds "$pairs"
run training -data $data/training -binary "$bin/truepoint" -python "$python" -huge
run apply -pairs "$((pairs + 4))"
run serve -data $data/serve -binary "$bin/truepoint"
run http -data $data/http -binary "$bin/truepoint" -pairs "$pairs"
run grpc -data $data/http -binary "$bin/truepoint" -pairs "$pairs"

"$bin/report" "$rows" "$notes" bench/RESULTS.md >bench/RESULTS.md.new && mv bench/RESULTS.md.new bench/RESULTS.md
exit $failed
