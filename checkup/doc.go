// Package checkup goes through the checklist for a feature store in production: is it available, do runs keep up with
// what values are used for, do values outlive a failed run, is there a copy of what cannot be made again, who notices
// trouble, who can get in. It judges facts that its caller has gathered, and does no I/O.
package checkup
