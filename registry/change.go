package registry

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
)

// nameBytesMax bounds project, kind, object and author names; messageBytesMax bounds a message.
const (
	nameBytesMax    = 255
	messageBytesMax = 4096
)

// An ID names an object of a project.
type ID struct{ Kind, Name string }

// ID returns the object's kind and name.
func (o Object) ID() ID { return ID{o.Kind, o.Name} }

// String returns "Kind name".
func (id ID) String() string { return id.Kind + " " + id.Name }

// Compare orders by kind, then name.
func (id ID) Compare(other ID) int {
	return cmp.Or(strings.Compare(id.Kind, other.Kind), strings.Compare(id.Name, other.Name))
}

// Check finds what is wrong with a change in itself: names that are empty, too long or no text, a body that is no
// JSON, an object named twice, nothing to do. Drivers call it before they touch their medium. Errors: InvalidArgument.
func (c *Change) Check() error {
	if err := CheckProject(c.Project); err != nil {
		return err
	}
	if len(c.Put)+len(c.Delete) == 0 {
		return errs.New(errs.InvalidArgument, "a commit to project %q changes nothing", c.Project)
	}
	if len(c.Author) > nameBytesMax || len(c.Message) > messageBytesMax || !utf8.ValidString(c.Author+c.Message) {
		return errs.New(errs.InvalidArgument, "author or message of a commit is too long or no text: at most %d and %d bytes",
			nameBytesMax, messageBytesMax)
	}
	if !c.Time.Valid() {
		return errs.New(errs.InvalidArgument, "a commit needs a time")
	}
	seen := make(map[ID]bool, len(c.Put)+len(c.Delete))
	for _, list := range [...][]Object{c.Put, c.Delete} {
		for _, o := range list {
			if checkName(o.Kind) != nil || checkName(o.Name) != nil {
				return errs.New(errs.InvalidArgument, "object %.40q: kind and name are texts of 1 to %d bytes", o.ID().String(), nameBytesMax)
			}
			if seen[o.ID()] {
				return errs.New(errs.InvalidArgument, "%s stands twice in one commit", o.ID())
			}
			seen[o.ID()] = true
		}
	}
	for _, o := range c.Put {
		if !json.Valid(o.Body) {
			return errs.New(errs.InvalidArgument, "the body of %s is no JSON", o.ID())
		}
	}
	return nil
}

// CheckProject returns an InvalidArgument error unless name can name a project in a registry.
func CheckProject(name string) error {
	if checkName(name) != nil {
		return errs.New(errs.InvalidArgument, "project %.40q: a project name is a text of 1 to %d bytes", name, nameBytesMax)
	}
	return nil
}

func checkName(name string) error {
	if name == "" || len(name) > nameBytesMax || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return errs.New(errs.InvalidArgument, "bad name")
	}
	return nil
}

// Changed returns the history lines of a change, in order of kind and name; exists tells which objects stand before
// it. Errors: NotFound for the deletion of an object that does not.
func (c *Change) Changed(exists func(ID) bool) ([]string, error) {
	type line struct {
		id   ID
		mark string
	}
	lines := make([]line, 0, len(c.Put)+len(c.Delete))
	for _, o := range c.Put {
		mark := "+"
		if exists(o.ID()) {
			mark = "~"
		}
		lines = append(lines, line{o.ID(), mark})
	}
	for _, o := range c.Delete {
		if !exists(o.ID()) {
			return nil, errs.New(errs.NotFound, "%s does not exist in project %q", o.ID(), c.Project).WithID("T0404")
		}
		lines = append(lines, line{o.ID(), "-"})
	}
	slices.SortFunc(lines, func(a, b line) int { return a.id.Compare(b.id) })
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.mark + l.id.String()
	}
	return out, nil
}

// Conflict returns the Aborted error of a commit that expected another revision; head is the newest entry, zero for a
// project without commits.
func Conflict(project string, expected Revision, head Entry) error {
	if head.Revision == 0 {
		return errs.New(errs.Aborted, "project %q is empty, the change was made for revision %d", project, expected).
			WithID("T0405").WithHint("run truepoint plan again")
	}
	author := cmp.Or(head.Author, "somebody")
	return errs.New(errs.Aborted, "project %q has moved to revision %d, the change was made for revision %d", project, head.Revision, expected).
		WithID("T0405").WithHint("%s committed revision %d at %s; run truepoint plan again", author, head.Revision, head.Time)
}

// NoRevision returns the NotFound error of reading a revision that does not exist.
func NoRevision(project string, at, head Revision) error {
	return errs.New(errs.NotFound, "project %q has no revision %d", project, at).WithID("T0406").
		WithHint("revisions are 0 to %d; see truepoint history", head)
}
