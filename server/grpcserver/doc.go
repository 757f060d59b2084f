// Package grpcserver is the feature server over gRPC: Feast's services, so that its clients work unchanged, our own with
// packed columns (docs/adr/0022-grpc.md), and health. A method decodes, calls one method of the store and encodes; it
// decides nothing.
//
// Errors have the code of the table in errs and details of google.rpc: ErrorInfo with our identifier and the hint,
// BadRequest with all faults where there are several, and RequestInfo.
package grpcserver
