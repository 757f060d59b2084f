// Package datatest shows that a refused call changed no data. Dir, Stores and Repository look at what is there before
// the call, and afterwards say what differs: Dir at every file of a directory, Stores at everything that the drivers
// of a store hold, Repository at a feature repository, whose store files it compares by what they hold, not by bytes.
package datatest
