package erasure

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// format is the version of the JSON of suppressions and receipts.
const format = 1

// A suppression says that rows of an entity are not written. It holds no value of a key, only the hash.
type suppression struct {
	Format int               `json:"format"`
	Keys   []string          `json:"keys"` // names of the join keys, in order
	Hash   string            `json:"hash"`
	Since  eventtime.Instant `json:"since"`
}

// hashOf returns the hash of values of join keys, whose names are in order. It is the same for views that declare a key
// with different widths: it is of the values as JSON texts.
func hashOf(project string, names []string, values []value.Value) string {
	h := sha256.New()
	item := func(text []byte) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
		h.Write(text)
	}
	item([]byte(project))
	for i, n := range names {
		item([]byte(n))
		item(jsonvalue.AppendOwn(nil, values[i]))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A list is the suppression list of a project, kept in the state store: a record per entity, and one whose version says
// whether the list has changed. It is safe for concurrent use.
type list struct {
	state   state.Driver
	project string

	mu      sync.Mutex
	version int64
	keys    map[string]map[string]bool // names of join keys, joined → hashes
}

func (l *list) headKey() string { return "suppressed/" + l.project }
func (l *list) prefix() string  { return "suppressed/" + l.project + "/" }

// nameSeparator joins names of join keys, none of which has it.
const nameSeparator = "\x1f"

// current returns the list: names of join keys, joined, → hashes. Without suppressions it costs one read of the state.
func (l *list) current(ctx context.Context) (map[string]map[string]bool, error) {
	head, err := l.state.Get(ctx, l.headKey())
	if err != nil {
		return nil, stateError(l.state, err, "read the suppression list")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if head.Version == l.version {
		return l.keys, nil
	}
	records, err := l.state.List(ctx, l.prefix())
	if err != nil {
		return nil, stateError(l.state, err, "read the suppression list")
	}
	keys := map[string]map[string]bool{}
	for _, r := range records {
		var s suppression
		if err := state.Decode(r, "suppression", format, &s); err != nil {
			return nil, err
		}
		names := strings.Join(s.Keys, nameSeparator)
		if keys[names] == nil {
			keys[names] = map[string]bool{}
		}
		keys[names][s.Hash] = true
	}
	l.version, l.keys = head.Version, keys
	return keys, nil
}

// add puts an entity on the list and makes every writer see it. Adding it again changes nothing.
func (l *list) add(ctx context.Context, s *suppression) error {
	body, err := json.Marshal(s)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "encode a suppression")
	}
	if _, err = l.state.CompareAndSwap(ctx, l.prefix()+s.Hash, 0, body); err != nil {
		if err = stateError(l.state, err, "write the suppression list"); errs.CodeOf(err) != errs.Aborted {
			return err
		}
	}
	for range attemptsMax {
		head, err := l.state.Get(ctx, l.headKey())
		if err == nil {
			_, err = l.state.CompareAndSwap(ctx, l.headKey(), head.Version, []byte(`{"format":1}`))
		}
		if err == nil {
			return nil
		}
		if err = stateError(l.state, err, "write the suppression list"); errs.CodeOf(err) != errs.Aborted {
			return err
		}
	}
	return errs.New(errs.Aborted, "the suppression list was moved by others %d times in a row", attemptsMax)
}

// attemptsMax bounds how often a compare-and-swap is tried again.
const attemptsMax = 64

// stateError gives a raw error of the state store its code.
func stateError(d state.Driver, err error, doing string) error {
	var coded *errs.Error
	if errors.As(err, &coded) {
		return err
	}
	return errs.Wrap(err, d.Code(err), "%s", doing)
}

// within reports whether all of names stand in keys, and where.
func within(names []string, keys []value.Field) (at []int, all bool) {
	for _, n := range names {
		i := slices.IndexFunc(keys, func(f value.Field) bool { return f.Name == n })
		if i < 0 {
			return nil, false
		}
		at = append(at, i)
	}
	return at, true
}
