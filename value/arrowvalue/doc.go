// Package arrowvalue converts between Arrow arrays and columns of values. It is the only place that knows how the
// types of Arrow (and so of Parquet, through pqarrow) map to ours.
//
// ToColumn reads an array into a column of a declared type: widening is free, what would lose information is an error
// with column and row, timestamps of every unit become microseconds, naive ones are read in the source's zone, and
// numbers as times need a declared unit. ToArray writes a column; fixed-width columns are lent to Arrow, not copied.
package arrowvalue
