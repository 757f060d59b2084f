// Package conformance holds the tests of what every online store must answer alike behind the real servers: a store of the
// linked list is opened as a configuration names it, rows are written as materializations and pushes write them, and read
// over HTTP and gRPC. What a driver promises by itself is in online/onlinetest.
//
// Memory, the embedded store and SQLite are always there. Redis, PostgreSQL and DynamoDB join when the scripts of the same
// names have set their addresses: make test-stores.
package conformance
