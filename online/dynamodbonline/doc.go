// Package dynamodbonline keeps online cells in Amazon DynamoDB, for those who want no server of their own. It counts exactly
// what was written and what was superseded.
//
// Each table of the port is a table of DynamoDB, made by the first write and paid per request. Its partition key is one of
// 64 buckets of the entity key, its sort key the entity key itself: a partition key alone has no order, and a table can only
// be scanned as a whole; 64 ordered buckets are read side by side and merged. An item says of which table of the port the
// cells are. The layout is decided in docs/adr/0021-online-layouts.md.
package dynamodbonline
