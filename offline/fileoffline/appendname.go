package fileoffline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"github.com/truepoint/truepoint/errs"
)

// An appendedName is the name of a file that Append wrote. It never changes once the file is there.
type appendedName struct {
	sequence int64
	id       string // 32 hexadecimal digits: hash of the append's id
	sum      string // 32 hexadecimal digits: hash of the file's bytes
}

var appendedPattern = regexp.MustCompile(`^part-([0-9]{19})-([0-9a-f]{32})-([0-9a-f]{32})\.parquet$`)

// appendedNameSize is the length of every such name in bytes.
const appendedNameSize = len("part-") + 19 + 1 + 32 + 1 + 32 + len(".parquet")

// String returns the file name.
func (n *appendedName) String() string {
	return fmt.Sprintf("part-%s-%s-%s.parquet", sequenceName(n.sequence), n.id, n.sum)
}

// sequenceName returns a sequence as it stands in names, whose order is that of the sequences.
func sequenceName(sequence int64) string { return fmt.Sprintf("%019d", sequence) }

// parseAppendedName reads what String writes; ok is false for any other name.
func parseAppendedName(name string) (n *appendedName, ok bool) {
	m := appendedPattern.FindStringSubmatch(name)
	if m == nil {
		return nil, false
	}
	sequence, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || sequence <= 0 {
		return nil, false
	}
	return &appendedName{sequence: sequence, id: m[2], sum: m[3]}, true
}

// hashID returns the hash of an append's id.
func hashID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

// hashStep is how much of a file is hashed at once: in a bucket, one request.
const hashStep = 8 << 20

// hashFile returns the hash of the bytes of a file.
func hashFile(r io.ReaderAt, size int64) (string, error) {
	h := sha256.New()
	n, err := io.CopyBuffer(h, io.NewSectionReader(r, 0, size), make([]byte, min(size+1, hashStep)))
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), err
}

// verifiedMax bounds the memory of verified versions; beyond it all are verified anew.
const verifiedMax = 100_000

// verify compares an appended file with the checksum in its name, once per version. Other files have none.
func (d *Driver) verify(ctx context.Context, e entry, h file) error {
	if e.appended == nil {
		return nil
	}
	v, err := h.version()
	if err != nil {
		return err
	}
	d.mu.Lock()
	known := d.verified[v]
	d.mu.Unlock()
	if known {
		return nil
	}
	r, release, err := h.Acquire(ctx)
	if err != nil {
		return err
	}
	sum, err := hashFile(r, h.Size())
	if changed := release(); changed != nil {
		return changed
	}
	if err != nil {
		return osError(err, "reading %s", h.Name())
	}
	if sum != e.appended.sum {
		return errs.New(errs.DataLoss, "%s is damaged: its checksum is not the one in its name", h.Name()).WithID("T0512").
			WithHint("restore the file from a backup, or delete it and push its rows again")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.verified) >= verifiedMax {
		clear(d.verified)
	}
	d.verified[v] = true
	return nil
}
