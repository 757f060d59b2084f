// Package redisonline keeps online cells in Redis 6.2 or later: one server, a Cluster, or servers that Sentinel watches. It
// counts exactly what was written and what was superseded. An acknowledged write is as durable as the server is set up to be.
//
// Each cell is one string, so that a request of whatever size is one round trip, in a Cluster one to each shard. The rule of
// the port stands in a script (put.lua), which the server runs atomically; new keys are written without it. The layout is
// decided in docs/adr/0021-online-layouts.md.
package redisonline
