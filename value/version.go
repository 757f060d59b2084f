package value

import (
	"bytes"
	"encoding/binary"

	"github.com/truepoint/truepoint/eventtime"
)

// VersionSize is the length of an encoded Version in bytes.
const VersionSize = 24

// A Version decides which of two rows of one key is newer (design/semantics.md 7.1): the greater event time, then
// the greater created time (None is the least), then the greater snapshot, the instant at which the writer read its
// source.
type Version struct {
	Event, Created, Snapshot eventtime.Instant
}

// AppendVersion appends three sign-flipped big-endian int64, so that bytes compare as versions do.
func AppendVersion(dst []byte, v Version) []byte {
	for _, i := range [...]eventtime.Instant{v.Event, v.Created, v.Snapshot} {
		dst = binary.BigEndian.AppendUint64(dst, uint64(i)^1<<63)
	}
	return dst
}

// ReadVersion reads what AppendVersion wrote; b must hold VersionSize bytes.
func ReadVersion(b []byte) Version {
	at := func(i int) eventtime.Instant {
		return eventtime.Instant(binary.BigEndian.Uint64(b[8*i:]) ^ 1<<63)
	}
	return Version{at(0), at(1), at(2)}
}

// Compare orders versions: −1, 0 or 1.
func (v Version) Compare(w Version) int {
	return bytes.Compare(AppendVersion(nil, v), AppendVersion(nil, w))
}

// Valid reports whether the event time is a moment, and the created time and the snapshot are moments or None.
func (v Version) Valid() bool {
	return v.Event.Valid() && (v.Created.Valid() || v.Created == eventtime.None) &&
		(v.Snapshot.Valid() || v.Snapshot == eventtime.None)
}
