package objectregistry

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
)

// format is the version of the layout of a revision. Layout: one line of JSON, the members of revision; then for each
// object a line of JSON, the members of lead, and a line that is the body.
const format = 1

// A revision is one state of a project, and the commit that made it.
type revision struct {
	Format   int               `json:"format"`
	Project  string            `json:"project"`
	Revision registry.Revision `json:"revision"`
	Time     eventtime.Instant `json:"time_us"`
	Author   string            `json:"author"`
	Message  string            `json:"message"`
	Changed  []string          `json:"changed"`
	Nonce    string            `json:"nonce"`  // tells this commit from every other
	SHA256   string            `json:"sha256"` // of everything after the first line

	objects []registry.Object // by kind and name
}

// A lead stands before a body.
type lead struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
}

func (r *revision) entry() registry.Entry {
	return registry.Entry{Revision: r.Revision, Time: r.Time, Author: r.Author, Message: r.Message, Changed: r.Changed}
}

// apply returns the revision that a change makes of r.
func (r *revision) apply(c *registry.Change) (*revision, error) {
	objects := make(map[registry.ID]registry.Object, len(r.objects)+len(c.Put))
	for _, o := range r.objects {
		objects[o.ID()] = o
	}
	changed, err := c.Changed(func(id registry.ID) bool { _, ok := objects[id]; return ok })
	if err != nil {
		return nil, err
	}
	for _, o := range c.Delete {
		delete(objects, o.ID())
	}
	for _, o := range c.Put {
		objects[o.ID()] = o
	}
	next := &revision{
		Format: format, Project: c.Project, Revision: r.Revision + 1, Time: c.Time, Author: c.Author, Message: c.Message, Changed: changed,
		Nonce: rand.Text(), objects: make([]registry.Object, 0, len(objects)),
	}
	for _, o := range objects {
		next.objects = append(next.objects, o)
	}
	slices.SortFunc(next.objects, func(a, b registry.Object) int { return a.ID().Compare(b.ID()) })
	return next, nil
}

func (r *revision) encode() ([]byte, error) {
	var rest bytes.Buffer
	for _, o := range r.objects {
		line, err := json.Marshal(lead{o.Kind, o.Name, len(o.Body)})
		if err != nil {
			return nil, errs.Wrap(err, errs.Internal, "write %s", o.ID())
		}
		rest.Write(append(line, '\n'))
		rest.Write(o.Body)
		rest.WriteByte('\n')
	}
	sum := sha256.Sum256(rest.Bytes())
	r.SHA256 = hex.EncodeToString(sum[:])
	first, err := json.Marshal(r)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "write the entry of revision %d", r.Revision)
	}
	return append(append(first, '\n'), rest.Bytes()...), nil
}

func damaged(what string) error {
	return errs.New(errs.DataLoss, "it is damaged: %s", what).WithHint("restore the object from a backup")
}

// decodeFirst reads the first line of a revision and returns what follows it.
func decodeFirst(b []byte) (*revision, []byte, error) {
	first, rest, found := bytes.Cut(b, []byte{'\n'})
	r := &revision{}
	if err := json.Unmarshal(first, r); err != nil || !found || r.Format < 1 {
		return nil, nil, damaged("its first line cannot be read")
	}
	if r.Format > format {
		return nil, nil, errs.New(errs.FailedPrecondition, "it has format %d, this release knows up to %d", r.Format, format).
			WithHint("use a newer truepoint")
	}
	return r, rest, nil
}

// decode is the inverse of encode.
func decode(b []byte) (*revision, error) {
	r, rest, err := decodeFirst(b)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(rest); hex.EncodeToString(sum[:]) != r.SHA256 {
		return nil, damaged("its checksum is wrong")
	}
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte{'\n'})
		var l lead
		if err := json.Unmarshal(line, &l); err != nil || l.Bytes < 0 || l.Bytes >= len(after) {
			return nil, damaged("an object is cut off")
		}
		r.objects = append(r.objects, registry.Object{Kind: l.Kind, Name: l.Name, Body: after[:l.Bytes:l.Bytes]})
		rest = after[l.Bytes+1:]
	}
	return r, nil
}
