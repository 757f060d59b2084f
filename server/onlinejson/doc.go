// Package onlinejson writes the answer of an online read as JSON: AppendFeast in exactly Feast's form, Append in ours,
// with asOf, revision and the reason of every cell that is no plain value.
package onlinejson
