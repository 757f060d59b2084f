package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/feature"
)

// warn returns the warnings of design/semantics.md 9.3 about a valid set: views that compute the same thing, a ttl
// below twice the schedule, and online views whose source cannot tell late rows.
func warn(s *feature.Set) []Warning {
	out := duplicates(s)
	for _, v := range s.Views {
		if w, ok := shortTTL(v); ok {
			out = append(out, w)
		}
	}
	return append(out, withoutCreated(s)...)
}

// A place is where a feature comes from. Two views that read one place under the same keys compute the same thing.
type place struct {
	from   int // number of the ground
	column string
}

// A ground is a source as far as it decides what a column means, with the keys that it is read under.
type ground struct{ kind, path, table, query, event, keys string }

// duplicates tells of each pair of views once, with the features that they share.
func duplicates(s *feature.Set) []Warning {
	first := make(map[place]*feature.View)
	grounds := make(map[ground]int, len(s.Views))
	type pair struct{ a, b *feature.View }
	shared := map[pair][]string{}
	var order []pair
	for _, v := range s.Views {
		src, err := s.BatchSource(v)
		if err != nil {
			continue
		}
		g := ground{src.Type, src.Path, src.Table, src.Query, src.TimestampField, strings.Join(slices.Sorted(slices.Values(v.Entities)), ",")}
		from, known := grounds[g]
		if !known {
			from = len(grounds)
			grounds[g] = from
		}
		p, columns := place{from: from}, unmapped(src)
		for i, f := range v.Schema {
			p.column = f.Name
			if c, ok := columns[f.Name]; ok {
				p.column = c
			}
			if v.Windowed() {
				p.column = computation(v, i)
			}
			a, seen := first[p]
			if !seen {
				first[p] = v
				continue
			}
			if a == v {
				continue
			}
			if shared[pair{a, v}] == nil {
				order = append(order, pair{a, v})
			}
			shared[pair{a, v}] = append(shared[pair{a, v}], f.Name)
		}
	}
	var out []Warning
	for _, p := range order {
		out = append(out, Warning{
			Kind: feature.KindView, Name: p.b.Name, Hint: "use one view in both services",
			Message: fmt.Sprintf("it computes %s like view %s: same source, column and keys", strings.Join(shared[p], ", "), p.a.Name),
		})
	}
	return out
}

// computation returns what feature i of a window view is, whatever it is called.
func computation(v *feature.View, i int) string {
	a := v.Canonical(v.Aggregations[i])
	a.Name = ""
	return fmt.Sprintf("%+v every %s after %s", a, v.Refresh, v.Delay)
}

// unmapped returns the source's column of each name that a field mapping gives.
func unmapped(src *feature.Source) map[string]string {
	if len(src.FieldMapping) == 0 {
		return nil
	}
	out := make(map[string]string, len(src.FieldMapping))
	for column, name := range src.FieldMapping {
		out[name] = column
	}
	return out
}

func shortTTL(v *feature.View) (Warning, bool) {
	if v.Snapshot() {
		return expiring(v)
	}
	if v.TTL == 0 || v.Schedule == "" {
		return Warning{}, false
	}
	schedule, err := feature.ParseSchedule(v.Schedule)
	if err != nil { // Validate has told of it
		return Warning{}, false
	}
	period := schedule.Period()
	if v.TTL >= 2*period {
		return Warning{}, false
	}
	return Warning{
		Kind: feature.KindView, Name: v.Name, Hint: fmt.Sprintf("use a ttl of %s or more", 2*period),
		Message: fmt.Sprintf("its ttl %s is less than twice its schedule (%s): one late run and its values expire", v.TTL, v.Schedule),
	}, true
}

// expiring tells of a snapshot view whose values expire before those of the refresh after the next can be there.
func expiring(v *feature.View) (Warning, bool) {
	if least := 2*v.Refresh + v.Delay; v.TTL != 0 && v.TTL < least {
		return Warning{
			Kind: feature.KindView, Name: v.Name, Hint: fmt.Sprintf("use a ttl of %s or more, or leave it out", least),
			Message: fmt.Sprintf("its ttl %s is less than twice its refresh (%s) and its delay (%s): one late run and its values expire", v.TTL, v.Refresh, v.Delay),
		}, true
	}
	return Warning{}, false
}

// withoutCreated tells of each source once, with the online views on it.
func withoutCreated(s *feature.Set) []Warning {
	views := map[string][]string{}
	for _, v := range s.Views {
		if src, err := s.BatchSource(v); v.Online && err == nil && src.CreatedTimestampColumn == "" {
			views[src.Name] = append(views[src.Name], v.Name)
		}
	}
	var out []Warning
	for _, src := range s.Sources {
		names := views[src.Name]
		if len(names) == 0 {
			continue
		}
		if len(names) > 3 {
			names = append(names[:3:3], fmt.Sprintf("%d more", len(names)-3))
		}
		out = append(out, Warning{
			Kind: feature.KindSource, Name: src.Name, Hint: "add created_timestamp_column, or raise allowed_lateness of the views",
			Message: "it has no created time: an incremental run of " + strings.Join(names, ", ") + " cannot see rows that arrive later than allowed_lateness",
		})
	}
	return out
}
