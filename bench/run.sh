#!/usr/bin/env bash
# Runs every benchmark, one after the other, and writes bench/RESULTS.md. Data, stores and Pythons with DuckDB, Polars and
# Feast go to bench/data and stay there for the next run. PAIRS=N sets the interleaved pairs (default 5).
# A benchmark that fails is told; the others run, and the exit status is 1. ONLY="pit serve" runs those alone. Rows that
# were not measured stay on the page as they were, with their date.
set -uo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
pairs=${PAIRS:-5}
only=${ONLY:-online redis postgres materialize pit window training feast apply serve http grpc observe}
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

for p in $only report; do
  go build -trimpath -o "$bin/$p" "./bench/$p" || exit 1
done
go build -trimpath -tags disable_grpc_modules -ldflags '-s -w' -o "$bin/truepoint" ./cmd/truepoint || exit 1

wanted() { [[ " $only " == *" $1 "* ]]; }

# prepare NAME ARGS makes the data of a benchmark.
prepare() { ! wanted "$1" || "$bin/$1" -data "$data/$1" "${@:2}" || failed=1; }

# run NAME ARGS, by the script $via if it is set: rows go to the table, notes to the terminal and the page.
run() {
  wanted "$1" || return
  if ! { { ${via:-} "$bin/$1" "${@:2}" 2>&3 | tee -a "$rows" >&4; } 3>&1 | tee -a "$notes" >&2; } 4>&1; then
    echo "run.sh: bench/$1 failed" | tee -a "$notes" >&2
    failed=1
  fi
}

# What takes long to make is made before anything is measured.
prepare pit -one prepare
prepare window -one prepare
prepare training -binary "$bin/truepoint" -prepare
prepare feast -binary "$bin/truepoint" -prepare
prepare materialize -one prepare
prepare serve -prepare
prepare http -prepare
prepare observe -prepare
sync

run online -data $data/online -pairs "$pairs"
run redis -pairs "$pairs"
via=scripts/postgres.sh run postgres -pairs "$pairs"
run materialize -data $data/materialize -pairs "$pairs"
run pit -data $data/pit -pairs "$pairs"
run window -data $data/window -pairs "$pairs"
run training -data $data/training -binary "$bin/truepoint" -rounds "$pairs"
run training -data $data/training -binary "$bin/truepoint" -huge
run feast -data $data/feast -binary "$bin/truepoint" -pairs "$pairs"
run apply -pairs "$((pairs + 4))"
run serve -data $data/serve -binary "$bin/truepoint"
run http -data $data/http -binary "$bin/truepoint" -pairs "$pairs"
run observe -data $data/observe -rounds "$((pairs * 4))"
run grpc -data $data/http -binary "$bin/truepoint" -pairs "$pairs"

"$bin/report" "$rows" "$notes" bench/RESULTS.md >bench/RESULTS.md.new && mv bench/RESULTS.md.new bench/RESULTS.md
exit $failed
