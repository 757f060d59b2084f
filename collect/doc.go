// Package collect removes from the online store what nothing needs any more: tables of removed views, tables of
// generations that others have taken the place of, and rows that expired for good.
//
// # The rule
//
// A table is kept if its generation could answer a read under any definitions that were in force within a span before
// now (Request.Keep): the generation that each of them names, and every one that served it within the span. So a rollback
// to any revision of that span finds its rows, and servers that have not noticed a change yet go on. A table is also kept
// while its view is being materialized, and as long as a stopped run may go on writing it. Tables of other projects are
// never looked at.
//
// A table goes in three steps, each of which may be repeated: the view is leased as for a run, the record of the
// generation is taken out of the view's state, and the table is dropped. Stopped anywhere between, the next collection
// finds the rest. A generation without its record counts as never filled, so a rollback beyond the span reads NOT_FOUND
// until the next run, and never half a table.
//
// Records of the state store that grow in number, such as those of runs, go by their age where the request says so; what
// something refers to stays. Revisions of the registry are kept for ever (docs/adr/0025-what-is-kept.md).
package collect
