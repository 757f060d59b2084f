package definitions

import (
	"cmp"
	"fmt"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
)

// gaps is what could not be read. A name that may stand there is not called unknown: that would follow from a fault
// which is reported already.
type gaps struct {
	files    map[string]bool // where something could not be read: a file, or the message of a fault without a place
	fields   bool            // a feature has no name
	withheld int             // names that would have been called unknown
}

func newGaps() *gaps { return &gaps{files: map[string]bool{}} }

// add notes where the faults of err stand.
func (g *gaps) add(err error) {
	for _, e := range errs.All(err) {
		g.files[cmp.Or(e.Pos.File, e.Message)] = true
	}
}

// nameless notes a document that has no name, or a feature of it that has none.
func (g *gaps) nameless(o *feature.Origin, name string, schema []feature.Field) {
	if name == "" {
		g.files[o.Pos.File] = true
	}
	for i := range schema {
		if schema[i].Name == "" {
			g.files[o.Pos.File], g.fields = true, true
		}
	}
}

// hides reports whether a fault is about a name that may stand in a gap, and counts it.
func (g *gaps) hides(e *errs.Error) bool {
	whole := e.ID == "T0011" || e.ID == "T0180" || e.ID == "T0181"
	if len(g.files) > 0 && whole || g.fields && e.ID == "T0012" {
		g.withheld++
		return true
	}
	return false
}

// warning says how many files could not be read and how many faults that hid; nil when it hid none.
func (g *gaps) warning() *errs.Error {
	if g.withheld == 0 {
		return nil
	}
	files := "1 file"
	if len(g.files) > 1 {
		files = fmt.Sprintf("%d files", len(g.files))
	}
	return errs.New(errs.OK, "%s could not be read in full; names not called unknown because they may stand there: %d", files, g.withheld).
		WithID("T0209").WithHint("mend what is reported and validate again")
}

// withoutRepeats returns err without the faults that only follow from others: those at a place where the reader found
// one already, and those about names that may stand in a gap.
func (g *gaps) withoutRepeats(err, found error, set *feature.Set) error {
	type place struct {
		errs.Position
		id string
	}
	definitions := starts(set)
	known := map[place]bool{}
	for _, e := range errs.All(found) {
		known[place{e.Pos, e.ID}] = true
		if !definitions[e.Pos] {
			known[place{e.Pos, ""}] = true
		}
	}
	var out errs.List
	for _, e := range errs.All(err) {
		if known[place{e.Pos, e.ID}] || known[place{e.Pos, ""}] || g.hides(e) {
			continue
		}
		out.Add(e)
	}
	return out.Err()
}

// starts returns the places at which definitions begin, where several different faults may stand.
func starts(set *feature.Set) map[errs.Position]bool {
	out := map[errs.Position]bool{}
	for _, e := range set.Entities {
		out[e.Origin.Pos] = true
	}
	for _, e := range set.Sources {
		out[e.Origin.Pos] = true
	}
	for _, e := range set.Views {
		out[e.Origin.Pos] = true
	}
	for _, e := range set.OnDemand {
		out[e.Origin.Pos] = true
	}
	for _, e := range set.Services {
		out[e.Origin.Pos] = true
	}
	return out
}
