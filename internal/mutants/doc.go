// Command mutants shows that the scripts and properties of the meaning bite: it changes the meaning in one small way
// after the other and demands that a test fails each time.
//
//	go run ./internal/mutants [-run REGEXP] [-v]
//
// list.txt holds the mutants. A mutant never touches the tree: the changed file is laid over it (go test -overlay). A
// mutant that no longer applies, does not compile or survives makes the command fail, so the list cannot rot.
package main
