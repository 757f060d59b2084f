// Package dynamodbtest finds the DynamoDB of tests and keeps their tables apart.
package dynamodbtest

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
)

// Endpoint returns the address of the server for tests, and skips the test where there is none.
func Endpoint(t testing.TB) string {
	t.Helper()
	endpoint := os.Getenv("TRUEPOINT_TEST_DYNAMODB")
	if endpoint == "" {
		t.Skip("TRUEPOINT_TEST_DYNAMODB names no server: run make test-stores")
	}
	return endpoint
}

var made atomic.Int64

// Template returns a template of table names of its own: all tests share the server.
func Template() string {
	return fmt.Sprintf("test%d-%d.{project}.{table_name}", os.Getpid(), made.Add(1))
}
