// Package sqlgen renders the point-in-time join as SQL. A Plan mirrors pit.Plan for histories that lie in a SQL engine;
// a Dialect holds the answers in which engines differ; the text has the same meaning as pit.Naive in every one of them
// (design/semantics.md 1 to 5).
//
// The entity rows are a temporary table (Plan.SpineTable): the ordinal n, the moment t and one column per join key. Each
// view is one statement (Plan.Answer), which gives for every ordinal the status, the times and the features of the row
// that answers. Rows that tie are all returned, side by side, so that an Answer applies the rule for ties and counts
// ambiguous cells bit for bit as files do. A second statement (Plan.Report) counts what was read and rejected.
//
// Windows are one statement per view too (Plan.WindowAnswer), from which a WindowCollector makes the result. Filters are
// rendered from the tree of a compiled expression. What has no equal in SQL is refused as Unimplemented.
//
// Names of users appear between the quotes of the Dialect only, texts of filters, instants and lengths as literals of the
// Dialect, and queries as subqueries that CheckQuery has passed. Inside, every alias is short: engines with short identifiers, and
// people, can read it.
//
// The package does no I/O and reads no clock.
package sqlgen
