package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// roles are columns of a layout that decide which row answers, as places in one list of distinct names: a column may
// play two roles and is read once.
type roles struct {
	names   []string
	keys    []int
	event   int // −1 if it is not among them
	created int // −1 if there is none
	rank    []int
}

// roles returns all columns that decide.
func (l *Layout) roles() *roles {
	r := l.placing()
	r.addTieBreaking(l)
	return r
}

// placing returns those that decide where created time decides between ties only.
func (l *Layout) placing() *roles {
	r := &roles{created: -1}
	for _, k := range l.Keys {
		r.keys = append(r.keys, r.place(k))
	}
	r.event = r.place(l.Event)
	return r
}

// tieBreaking returns those that decide between rows of one key and event time.
func (l *Layout) tieBreaking() *roles {
	r := &roles{event: -1, created: -1}
	r.addTieBreaking(l)
	return r
}

// addTieBreaking adds the columns that decide between rows of one key and event time.
func (r *roles) addTieBreaking(l *Layout) {
	if l.Created != "" {
		r.created = r.place(l.Created)
	}
	for _, t := range l.rank() {
		r.rank = append(r.rank, r.place(t))
	}
}

// place returns the place of a column.
func (r *roles) place(name string) int {
	if i := slices.Index(r.names, name); i >= 0 {
		return i
	}
	r.names = append(r.names, name)
	return len(r.names) - 1
}

// rank returns the columns that a Candidate's Rank is made of.
func (l *Layout) rank() []string {
	if l.Sequence == "" {
		return l.TieBreak
	}
	return append([]string{l.Sequence}, l.TieBreak...)
}

// check returns an InvalidArgument error if the layout cannot be read under the rule for availability.
func (l *Layout) check(view string, a eventtime.Availability) error {
	switch {
	case l.Event == "":
		return errs.New(errs.InvalidArgument, "view %q has no event time column", view).WithID("T0302")
	case a.Rule == eventtime.ByCreatedTime && l.Created == "":
		return errs.New(errs.InvalidArgument, "view %q takes its availability from created time but has no created time column", view).
			WithID("T0303").WithHint("declare created_timestamp_column, or another availability")
	case l.FeatureTypes != nil && len(l.FeatureTypes) != len(l.Features):
		return errs.New(errs.Internal, "view %q has %d features and %d feature types", view, len(l.Features), len(l.FeatureTypes))
	}
	return nil
}

// types returns the types of the features: those declared, or those that the table's first part delivers, or none for a
// table without parts.
func (l *Layout) types(ctx context.Context, parts []Part) ([]value.Type, error) {
	out := make([]value.Type, len(l.Features))
	if l.FeatureTypes != nil || len(parts) == 0 {
		copy(out, l.FeatureTypes)
		return out, nil
	}
	return out, readTypes(ctx, parts[0], l.Features, out)
}

// readTypes fills dst with the types of the named columns of a part.
func readTypes(ctx context.Context, p Part, names []string, dst []value.Type) error {
	for i, name := range names {
		col := []*value.Column{{}}
		var err error
		if picking, ok := p.(PickingPart); ok { // which has next to nothing to do for no rows
			err = picking.ReadPicked(ctx, []string{name}, make([]uint64, (p.Rows()+63)/64), col)
		} else {
			err = readColumns(ctx, p, []string{name}, col)
		}
		if err != nil {
			return err
		}
		dst[i] = col[0].Type
	}
	return nil
}

// readColumns reads distinct columns of a part and checks that all have its length.
func readColumns(ctx context.Context, p Part, names []string, dst []*value.Column) error {
	if err := p.Read(ctx, names, dst); err != nil {
		return err
	}
	return checkLengths(p.Rows(), names, dst)
}

// checkLengths returns an error if a column that was read of a part has another length.
func checkLengths(rows int, names []string, dst []*value.Column) error {
	for i, c := range dst {
		if c.Len() != rows {
			return errs.New(errs.Internal, "column %q has %d rows where %d were to be read", names[i], c.Len(), rows)
		}
	}
	return nil
}

// starts returns the position of the first row of each part, then the number of rows of the table.
func starts(parts []Part) []int64 {
	out := make([]int64, len(parts)+1)
	for i, p := range parts {
		out[i+1] = out[i] + int64(p.Rows())
	}
	return out
}
