// Package typespb is the generated code of feast/types/Value.proto: values on Feast's wire. Only value/protovalue converts
// them. scripts/protoc.sh makes it.
package typespb
