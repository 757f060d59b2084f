// Package cli is the command line: one file per verb, each a struct whose tags describe its flags and whose Run asks
// the façade for one thing and prints the answer.
//
// Answers go to standard output, everything else to standard error. The exit status is that of the error's code
// (errs.Code.Exit). Nothing here decides what a value means.
package cli
