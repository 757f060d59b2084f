// Package postgresonline keeps online cells in PostgreSQL 14 or later, for those who run one already. It counts exactly
// what was written and what was superseded; an acknowledged write survives a crash of the server.
//
// Each table of the port is a table of PostgreSQL with two columns, key and row, whose name follows from that of the
// port's table; truepoint_online_tables lists them. So dropping a table drops it, each is vacuumed for itself, and a
// reading needs no number that another process may have given anew. The rule of the port stands in the upsert: the stored
// row gives way to a greater one alone. The layout is decided in docs/adr/0021-online-layouts.md.
package postgresonline
