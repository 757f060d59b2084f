package serving

import (
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
)

// An Older says that a view is answered in an older form: a breaking change opened a new generation, which answers only
// after its first complete run (design/semantics.md 7.5).
type Older struct {
	View       string            `json:"view"`
	Generation uint32            `json:"generation"`         // the one that answers
	Revision   registry.Revision `json:"revision"`           // the newest one that defines it
	Waiting    uint32            `json:"waiting_generation"` // the one that the present definition opened

	Set *feature.Set `json:"-"` // definitions of Revision
}

// Command returns the command whose run up to end makes the newest generation answer.
func (o *Older) Command(end eventtime.Instant) string {
	return fmt.Sprintf("truepoint materialize-incremental %s -v %s", end, o.View)
}

// String says which generation answers, by which definition, and until when.
func (o *Older) String() string {
	return fmt.Sprintf("view %s is still served by generation %d, as revision %d defines it, until the first complete run of generation %d",
		o.View, o.Generation, o.Revision, o.Waiting)
}

// Older returns what answers a view in place of its present definition; nil where that definition itself does.
func (c *Catalog) Older(view string) *Older {
	i := slices.IndexFunc(c.older, func(o *Older) bool { return o.View == view })
	if i < 0 {
		return nil
	}
	return c.older[i]
}

// AllOlder returns every view that is answered in an older form, in order of name.
func (c *Catalog) AllOlder() []*Older { return slices.Clone(c.older) }
