// Package truepointv1 is the generated code of truepoint/v1/online.proto: online reads with packed columns, with a client
// for them. server/grpcserver answers. docs/adr/0022-grpc.md says what the messages promise. scripts/protoc.sh makes it.
package truepointv1
