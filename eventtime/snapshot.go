package eventtime

// SnapshotAt returns the greatest multiple T of refresh, counted from the epoch, with T + delay ≤ asOf: the instant whose
// values somebody who asks at asOf has (design/semantics.md 5.7). It is None if there is none since Min, or asOf is None.
// refresh must be positive, delay ≥ 0.
//
// Joins, serving and materialization call SnapshotAt; nothing else may choose the instant.
func SnapshotAt(asOf Instant, refresh, delay Duration) Instant {
	if asOf == None || delay > asOf.Sub(Min) {
		return None
	}
	if t := Floor(asOf-Instant(delay), refresh); t >= Min {
		return t
	}
	return None
}

// SnapshotTTL returns the time to live of snapshots that declare none: 3·refresh + delay, so that two runs in a row may
// fail before values expire. Neither may be longer than the range of instants.
func SnapshotTTL(refresh, delay Duration) TTL { return 3*refresh + delay }
