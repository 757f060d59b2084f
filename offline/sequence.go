package offline

// SequenceColumn is the Int64 column with the arrival sequence of rows that Append wrote: 1 for the first append to a
// source, greater for each later one, equal for all rows of one append. Rows of the source's own files have null
// there, which compares lowest (design/semantics.md 4.3). Every driver uses this name.
const SequenceColumn = "__truepoint_sequence"
