// Package errs is the vocabulary of failure: a closed list of codes, one error type that carries what
// failed, on which subject and what to do about it, and the one table that turns a code into an HTTP
// status, a gRPC code and a process exit status.
//
// An error is wrapped once, where the operation is known:
//
//	return errs.New(errs.NotFound, "unknown feature %q in view %q", f, v).
//		WithID("T0012").WithHint("did you mean %s?", near)
//
// Code is for programs, the message for people, the hint for whoever has to act. Errors never carry
// entity keys' owners, secrets or stack traces.
package errs
