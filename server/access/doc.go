// Package access is the door of every server: where it listens, TLS whose files are read again when they change, and the
// bearer tokens that say what a caller may do. What is not authenticated is reached from this machine only, unless the
// user asks for more.
package access
