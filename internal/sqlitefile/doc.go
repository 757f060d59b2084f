// Package sqlitefile opens the SQLite file that the registry and the operational state share: it creates the file
// whole or not at all, tells our files from others by their application id, brings older formats up to date, and runs
// write transactions that wait for each other without starving.
//
// The format version is SQLite's user_version. A file of a newer format is refused; a file that is not ours is never
// opened for writing.
package sqlitefile
