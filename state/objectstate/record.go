package objectstate

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/truepoint/truepoint/errs"
)

// A stored is what an object holds: a record, or the tombstone of one.
type stored struct {
	key     string
	value   []byte
	version int64 // of the record or, for a tombstone, of the deletion
	deleted bool
	nonce   [16]byte // tells this write from every other
}

// live returns the version of the record, 0 if there is none.
func (r *stored) live() int64 {
	if r.deleted {
		return 0
	}
	return r.version
}

// Layout, format 1, all numbers big-endian: "TPS1"; 'R' or 'D'; the version, 8 bytes; the nonce, 16 bytes; CRC-32C of all
// other bytes; and for a record, 'R', the length of the key in 2 bytes, the key and the value.
const (
	magic          = "TPS1"
	sumAt          = len(magic) + 1 + 8 + 16
	tombstoneBytes = int64(sumAt + 4)
)

func (r *stored) encode() []byte {
	kind := byte('R')
	if r.deleted {
		kind = 'D'
	}
	b := append([]byte(magic), kind)
	b = binary.BigEndian.AppendUint64(b, uint64(r.version))
	b = append(b, r.nonce[:]...)
	b = append(b, 0, 0, 0, 0)
	if !r.deleted {
		b = binary.BigEndian.AppendUint16(b, uint16(len(r.key)))
		b = append(append(b, r.key...), r.value...)
	}
	binary.BigEndian.PutUint32(b[sumAt:], checksum(b))
	return b
}

// checksum returns the checksum of an encoded record, whatever stands in its place.
func checksum(b []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum(b[:sumAt], table), table, b[sumAt+4:])
}

// decode is the inverse of encode. Errors: DataLoss, FailedPrecondition for a newer format.
func decode(b []byte) (stored, error) {
	damaged := errs.New(errs.DataLoss, "its bytes are no state record").WithHint("restore it from a backup")
	if int64(len(b)) < tombstoneBytes || string(b[:3]) != magic[:3] {
		return stored{}, damaged
	}
	if b[3] != magic[3] {
		return stored{}, errs.New(errs.FailedPrecondition, "it was written by a newer release").WithHint("use a newer truepoint")
	}
	if binary.BigEndian.Uint32(b[sumAt:]) != checksum(b) {
		return stored{}, errs.New(errs.DataLoss, "its checksum is wrong").WithHint("restore it from a backup")
	}
	r := stored{deleted: b[4] == 'D', version: int64(binary.BigEndian.Uint64(b[5:])), nonce: [16]byte(b[13:sumAt])}
	if r.deleted {
		return r, nil
	}
	rest := b[tombstoneBytes:]
	if b[4] != 'R' || len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
		return stored{}, damaged
	}
	n := 2 + int(binary.BigEndian.Uint16(rest))
	r.key, r.value = string(rest[2:n]), rest[n:]
	return r, nil
}
