// Package redistest gives tests real Redis servers: those of scripts/redis.sh, each test with keys of its own, and servers of
// other settings that it starts.
package redistest
