package main

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// meanings says for whom reads an error what each code is about.
func meanings() map[errs.Code]string {
	return map[errs.Code]string{
		errs.OK:                 "done; warnings have this code too",
		errs.Canceled:           "stopped on request, at a safe point: Ctrl-C, a signal, a client that went away",
		errs.Unknown:            "an error of something else, without a code of its own",
		errs.InvalidArgument:    "a definition, a request or data is wrong; every fault is reported at once",
		errs.DeadlineExceeded:   "it took longer than allowed",
		errs.NotFound:           "what was named is not there; the hint names what is near",
		errs.AlreadyExists:      "what would be made is there already",
		errs.PermissionDenied:   "the caller may not do this, or a file may not be read or written",
		errs.ResourceExhausted:  "a bound was met: a size, a rate, a full disk",
		errs.FailedPrecondition: "right, but not in this state: something has to be done first, and the hint says what",
		errs.Aborted:            "somebody else was faster: read again and repeat",
		errs.OutOfRange:         "a value lies outside of what can be represented",
		errs.Unimplemented:      "not part of this release",
		errs.Internal:           "a fault of the program; please report it",
		errs.Unavailable:        "something that is needed cannot be reached now",
		errs.DataLoss:           "stored bytes are damaged",
		errs.Unauthenticated:    "the caller has not said who it is, or not rightly",
		errs.CheckFailed:        "a check ran to its end and said no",
		errs.Partial:            "of several independent pieces of work some were done and others failed",
		errs.Usage:              "the command line could not be understood",
	}
}

// codes returns the page of the codes.
func codes() string {
	var b strings.Builder
	b.WriteString("# Codes of errors\n\nMade by `make generate`. An error has a code, an identifier such as `T0012`, a message, often a place in a file, and a hint. " +
		"The code decides the exit status of a command and the status of an answer over HTTP.\n\n" +
		"| code | exit status | HTTP | gRPC | the same call may work later | meaning |\n|---|---:|---:|---:|---|---|\n")
	for _, c := range errs.Codes() {
		again := "no"
		if c.Retryable() {
			again = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d | %s | %s |\n", c, c.Exit(), c.HTTP(), c.GRPC(), again, meanings()[c])
	}
	b.WriteString("\nThe exit status of several faults is that of the first by place. The decision behind the table: [0006-exit-codes.md](../adr/0006-exit-codes.md).\n")
	return b.String()
}
