package registry

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// A Revision numbers the states of one project's registry: 0 is the empty registry, each commit adds 1.
type Revision int64

// Newest asks Read for the latest revision.
const Newest Revision = -1

// An Object is one stored definition. Body is its JSON.
type Object struct {
	Kind string          `json:"kind"`
	Name string          `json:"name"`
	Body json.RawMessage `json:"body"`
}

// A Change is what one commit does: Put objects replace those of the same kind and name, Delete removes.
type Change struct {
	Project string
	Author  string
	Message string
	Time    eventtime.Instant
	Put     []Object
	Delete  []Object // kind and name only
}

// A State is every object of a project at a revision, ordered by kind and name.
type State struct {
	Project  string
	Revision Revision
	Objects  []Object
}

// An Entry is one line of a project's history.
type Entry struct {
	Revision Revision          `json:"revision"`
	Time     eventtime.Instant `json:"time"`
	Author   string            `json:"author"`
	Message  string            `json:"message"`
	Changed  []string          `json:"changed"` // "+Kind name", "~Kind name", "-Kind name", in order
}

// Definitions returns how many of the changes are of definitions. The others keep former generations of views
// (KindGeneration), which nobody declares.
func (e Entry) Definitions() int {
	n := 0
	for _, c := range e.Changed {
		if !strings.HasPrefix(c[1:], KindGeneration+" ") {
			n++
		}
	}
	return n
}

// A Driver keeps revisions. Implementations are safe for concurrent use by many processes.
type Driver interface {
	// Read returns a project at a revision. Errors: NotFound for a revision that does not exist; a project without
	// commits is revision 0 without objects.
	Read(ctx context.Context, project string, at Revision) (State, error)
	// Head returns the newest revision; cheap enough to poll.
	Head(ctx context.Context, project string) (Revision, error)
	// Commit stores a change as revision expected+1, whole or not at all, durably. Errors: Aborted when the newest
	// revision is not expected; its hint says who committed what and when.
	Commit(ctx context.Context, expected Revision, c Change) (Revision, error)
	// History returns entries newest first, at most limit (0: all).
	History(ctx context.Context, project string, limit int) ([]Entry, error)
	// Projects returns the names of projects that have commits, in order.
	Projects(ctx context.Context) ([]string, error)
	// Code classifies this driver's raw errors.
	Code(err error) errs.Code
	Close() error
}
