// Package process gives this process a name that others can check: a lease held under it is free at once when its
// holder is known to be dead, instead of after the lease's length.
//
// A name is "user@host:pid/mark". The mark says which start of the process id is meant: the boot of the machine, the
// process namespace and the start time within the boot. Only a process of the same host, boot and namespace is judged;
// everything else counts as alive, and its lease runs out by the clock.
//
// It also gives memory of this process back that only starting needed, and bounds its garbage.
package process
