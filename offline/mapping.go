package offline

import (
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
)

// A Mapping translates between the names of a source's own columns and those that views use, by the source's
// field_mapping. Columns that the mapping does not mention keep their names.
type Mapping struct {
	source  *feature.Source
	forward map[string]string // the source's name → the view's
	reverse map[string]string
}

// NewMapping returns the mapping of s. Errors: InvalidArgument when two columns would get one name.
func NewMapping(s *feature.Source) (*Mapping, error) {
	m := &Mapping{source: s, forward: s.FieldMapping, reverse: make(map[string]string, len(s.FieldMapping))}
	for _, from := range sortedKeys(s.FieldMapping) {
		to := s.FieldMapping[from]
		if other, taken := m.reverse[to]; taken {
			return nil, errs.New(errs.InvalidArgument, "field_mapping of source %q gives columns %q and %q the same name %q",
				s.Name, other, from, to).WithID("T0501").WithHint("map each column to a name of its own")
		}
		m.reverse[to] = from
	}
	return m, nil
}

// NewAppend returns the mapping of s for an append with an id. Errors: as NewMapping; InvalidArgument for an empty id,
// without which a repeated append would add its rows again.
func NewAppend(s *feature.Source, id string) (*Mapping, error) {
	if id == "" {
		return nil, errs.New(errs.InvalidArgument, "an append to source %q needs an id", s.Name).WithID("T0504")
	}
	return NewMapping(s)
}

// Name returns the name in views of the source's column called column.
func (m *Mapping) Name(column string) string {
	if to, ok := m.forward[column]; ok {
		return to
	}
	return column
}

// Column returns the source's own name for the column that views call name.
func (m *Mapping) Column(name string) string {
	if from, ok := m.reverse[name]; ok {
		return from
	}
	return name
}

// Moment reports whether the column that views call name holds event or created times. A source may name them by
// either name.
func (m *Mapping) Moment(name string) bool {
	for _, role := range []string{m.source.TimestampField, m.source.CreatedTimestampColumn} {
		if role != "" && (role == name || m.Name(role) == name) {
			return true
		}
	}
	return false
}

// Check returns an InvalidArgument error when the source has a column of its own that bears the new name of another.
func (m *Mapping) Check(columns []string) error {
	for _, c := range columns {
		from, taken := m.reverse[c]
		if _, renamed := m.forward[c]; taken && !renamed && from != c && slices.Contains(columns, from) {
			return errs.New(errs.InvalidArgument, "field_mapping of source %q renames column %q to %q, but the source has a column %q already",
				m.source.Name, from, c, c).WithID("T0501").WithHint("choose another name, or map %q too", c)
		}
	}
	return nil
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
