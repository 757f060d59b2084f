// Package servingpb is the generated code of feast/serving: Feast's services of online reads and of pushes, with clients
// for them. server/grpcserver answers. scripts/protoc.sh makes it.
package servingpb
