#!/usr/bin/env bash
# Makes the Go code of api/ from its .proto files, the same bytes wherever it runs: protoc comes with grpcio-tools from
# the Python package index, its plugins from the Go proxy, all in fixed versions. `--check` makes nothing and fails if
# what is committed is not what it would make.
set -euo pipefail
cd "$(dirname "$0")/.."
grpcio_tools=1.85.1
gen_go_grpc=v1.6.2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "grpcio-tools==$grpcio_tools"
export GOBIN=$work/bin
go install google.golang.org/protobuf/cmd/protoc-gen-go # the version of go.mod
go install "google.golang.org/grpc/cmd/protoc-gen-go-grpc@$gen_go_grpc"

out=api
[[ ${1:-} != --check ]] || { out=$work/api && mkdir "$out"; }
(cd api && find . -name '*.proto' -printf '%P\n' | sort) | PATH="$GOBIN:$PATH" xargs \
  "$work/venv/bin/python" -m grpc_tools.protoc -I api \
  --go_out="$out" --go_opt=paths=source_relative --go-grpc_out="$out" --go-grpc_opt=paths=source_relative
if [[ $out != api ]]; then
  (cd "$out" && find . -name '*.pb.go' -printf '%P\n' | sort) >"$work/made"
  (cd api && find . -name '*.pb.go' -printf '%P\n' | sort) >"$work/kept"
  diff "$work/kept" "$work/made"
  while read -r f; do cmp "api/$f" "$out/$f"; done <"$work/made"
fi
