package offline

// SequenceColumn is the Int64 column with the arrival sequence of rows that Append wrote: 1 for the first append to a
// source, greater for each later one, equal for all rows of one append. Rows of the source's own files have null
// there, which compares lowest (design/semantics.md 4.3). Every driver uses this name.
const SequenceColumn = "__truepoint_sequence"

// ArrivalColumn is the UnixTimestamp column with the instant at which a push arrived that was appended to a source
// without a created column: it stands for the created time of those rows (design/semantics.md 7.6). Every driver gives
// it when it is asked for, null for rows without one, and does not list it among the source's columns.
const ArrivalColumn = "__truepoint_arrival"

// Ours reports whether a column of a file was added by us and is none of the source's own.
func Ours(column string) bool { return column == SequenceColumn || column == ArrivalColumn }
