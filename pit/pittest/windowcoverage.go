package pittest

import (
	"fmt"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A WindowCoverage counts what a run of random cases of windows contained, as Coverage does for joins. The zero value is
// ready to use. It is not safe for concurrent use.
type WindowCoverage struct {
	Rows, Late, Nulls, Repeated     int // rows of histories; of them created after their event; with a null input; with an id that another has
	Cells, Edges                    int // cells of entity rows; of them with an event of the key on an edge of the window or a microsecond outside
	Present, Empty, Expired         int // entity rows
	Snapshots, SnapshotEdges        int // entity rows of snapshots; of them exactly when one becomes usable, or a microsecond before
	TTLs, TTLEdges                  int // entity rows of snapshots with a ttl; of them exactly that old, or a microsecond older
	Features                        int
	Hops, Offsets, Lifetimes, Lasts int // features
	Wheres, Bys                     int // features
	Delays, ByCreated, KnownAt      int // views
	Rejected                        int // rows
}

// Add counts a case and its right answer.
func (c *WindowCoverage) Add(random *Case, answer []pit.WindowResult) {
	for i, v := range random.Views {
		c.addFeatures(v)
		if random.Known != pit.KnownNow {
			c.KnownAt++
		}
		events := c.addHistory(v)
		for row := range random.Spine.AsOf {
			if answer[i].Event[row] != eventtime.None {
				c.addRow(random, v, &answer[i], row, events[fmt.Sprintf("%x", random.key(v, row))])
			}
		}
		r := answer[i].Report
		c.Rejected += int(r.RejectedKey + r.RejectedEvent + r.RejectedCreate)
	}
}

func (c *WindowCoverage) addFeatures(v *View) {
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	count(&c.Delays, v.Availability.Rule == eventtime.ByDelay && v.Availability.Delay > 0)
	count(&c.ByCreated, v.Availability.Rule == eventtime.ByCreatedTime)
	for i := range v.Windows.Features {
		f := &v.Windows.Features[i]
		c.Features++
		count(&c.Hops, f.Window.Hop > 0 && f.Window.Length > 0)
		count(&c.Offsets, f.Window.Offset > 0)
		count(&c.Lifetimes, f.Window.Length == 0 && f.Last == 0)
		count(&c.Lasts, f.Last > 0)
		count(&c.Wheres, f.Where != nil)
		count(&c.Bys, f.By != "")
	}
}

// addHistory counts the rows of v and returns the event times of each key.
func (c *WindowCoverage) addHistory(v *View) map[string][]eventtime.Instant {
	events := map[string][]eventtime.Instant{}
	ids := map[string]int{}
	for _, b := range v.Parts {
		c.Rows += b.Rows
		for i := range b.Rows {
			event := b.Column("event").Instant(i)
			var parts []value.Value
			for _, k := range v.Layout.Keys {
				parts = append(parts, b.Column(k).At(i))
			}
			key, err := value.AppendKey(nil, parts)
			if err != nil || event == eventtime.None {
				continue
			}
			name := fmt.Sprintf("%x", key)
			events[name] = append(events[name], event)
			if v.Layout.Created != "" && b.Column("created").Instant(i) > event {
				c.Late++
			}
			if b.Column("x").Null(i) {
				c.Nulls++
			}
			if v.Windows.EventID != "" && !b.Column("id").Null(i) {
				ids[name+" "+Text(b.Column("id").At(i))]++
			}
		}
	}
	for _, n := range ids {
		if n > 1 {
			c.Repeated += n
		}
	}
	return events
}

func (c *WindowCoverage) addRow(random *Case, v *View, r *pit.WindowResult, row int, events []eventtime.Instant) {
	asOf, of := random.Spine.AsOf[row], r.Event[row]
	switch r.Status[row] {
	case value.Present:
		c.Present++
	case value.OutsideMaxAge:
		c.Expired++
	case value.NotFound:
		c.Empty++
	}
	if v.Windows.Refresh > 0 {
		c.Snapshots++
		next := of.Add(v.Windows.Refresh + v.Windows.Delay)
		if asOf == of.Add(v.Windows.Delay) || asOf == next-1 {
			c.SnapshotEdges++
		}
		if v.TTL > 0 {
			c.TTLs++
			if old := asOf.Sub(of); old == v.TTL || old == v.TTL+1 {
				c.TTLEdges++
			}
		}
	}
	for i := range v.Windows.Features {
		c.Cells++
		b := v.Windows.Features[i].Window.Bounds(of)
		for _, e := range events {
			if e == b.Start || e == b.Start-1 || e == b.End || e == b.End+1 {
				c.Edges++
				break
			}
		}
	}
}

// Check returns an error if a run was not hard enough.
func (c *WindowCoverage) Check() error {
	rows := c.Present + c.Empty + c.Expired
	for _, s := range []struct {
		what          string
		part, of, min int // min in percent
	}{
		{"cells with an event on an edge of their window", c.Edges, c.Cells, 10},
		{"rows created after their event", c.Late, c.Rows, 10},
		{"rows with null inputs", c.Nulls, c.Rows, 5},
		{"rows with the id of another", c.Repeated, c.Rows, 10},
		{"entity rows present", c.Present, rows, 20},
		{"entity rows with empty windows", c.Empty, rows, 10},
		{"entity rows expired", c.Expired, rows, 1},
		{"snapshots that just became usable, or not quite", c.SnapshotEdges, c.Snapshots, 10},
		{"snapshots at the end of their ttl", c.TTLEdges, c.TTLs, 1},
		{"features with a hop", c.Hops, c.Features, 10},
		{"features with an offset", c.Offsets, c.Features, 10},
		{"features of a lifetime", c.Lifetimes, c.Features, 8},
		{"features of the last rows", c.Lasts, c.Features, 8},
		{"features with a filter", c.Wheres, c.Features, 10},
		{"features with a secondary key", c.Bys, c.Features, 10},
	} {
		if s.part*100 < s.of*s.min || s.of == 0 {
			return fmt.Errorf("%s: %d of %d, want at least %d %%", s.what, s.part, s.of, s.min)
		}
	}
	for what, n := range map[string]int{
		"views whose rows are delayed": c.Delays, "views by created time": c.ByCreated, "views under known_at": c.KnownAt, "rejected rows": c.Rejected,
	} {
		if n == 0 {
			return fmt.Errorf("no %s", what)
		}
	}
	return nil
}
