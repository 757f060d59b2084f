package pittest

import (
	"fmt"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A Coverage counts what a run of random cases contained, so that a property does not hold for want of hard cases.
// The zero value is ready to use. It is not safe for concurrent use.
type Coverage struct {
	Rows, EventTies, NullCreated   int // rows of histories; of them tied with another on key and event time; without created
	Cells, Edges, Ambiguous        int // judged entity rows; of them exactly ttl after the event; ambiguous cells
	NotFound, Expired, Present     int
	Deleted, Rejected              int // answers by deletes; rejected rows
	Composite, NoEntity, TieBroken int // views
}

// Add counts a case and its right answer.
func (c *Coverage) Add(random *Case, answer *pit.Result) {
	for i, v := range random.Views {
		c.addHistory(v)
		c.addAnswer(random, v, &answer.Views[i])
	}
}

func (c *Coverage) addHistory(v *View) {
	if v.Of != "" {
		return
	}
	switch len(v.Layout.Keys) {
	case 0:
		c.NoEntity++
	case 1:
	default:
		c.Composite++
	}
	if len(v.Layout.TieBreak) > 0 {
		c.TieBroken++
	}
	same := map[string]int{}
	for _, b := range v.Parts {
		c.Rows += b.Rows
		for i := range b.Rows {
			name := fmt.Sprint(b.Column("event").Instant(i))
			for _, k := range v.Layout.Keys {
				name += fmt.Sprintf(" %q", Text(b.Column(k).At(i)))
			}
			same[name]++
			if v.Layout.Created == "" || b.Column("created").Null(i) {
				c.NullCreated++
			}
		}
	}
	for _, n := range same {
		if n > 1 {
			c.EventTies += n
		}
	}
}

func (c *Coverage) addAnswer(random *Case, v *View, r *pit.ViewResult) {
	for _, n := range r.Report.Ambiguous {
		c.Ambiguous += int(n)
	}
	c.Rejected += int(r.Report.RejectedKey + r.Report.RejectedEvent + r.Report.RejectedCreate)
	for i, st := range r.Status {
		switch st {
		case value.Present:
			c.Present++
		case value.OutsideMaxAge:
			c.Expired++
		case value.NotFound:
			c.NotFound++
			if r.Row[i] >= 0 {
				c.Deleted++
			}
		}
		if r.Row[i] >= 0 && v.TTL > 0 {
			c.Cells++
			if random.Spine.AsOf[i] == r.Event[i].Add(v.TTL) && random.Spine.AsOf[i] != eventtime.None {
				c.Edges++
			}
		}
	}
}

// Check returns an error if a run was not hard enough: at least a fifth of the rows tied on event time, a tenth without
// created time, a tenth of the answers with a ttl exactly at its end, and some of everything else.
func (c *Coverage) Check() error {
	shares := []struct {
		what          string
		part, of, min int // min in percent
	}{
		{"rows tied on event time", c.EventTies, c.Rows, 20},
		{"rows without created time", c.NullCreated, c.Rows, 10},
		{"answers exactly ttl old", c.Edges, c.Cells, 10},
		{"cells present", c.Present, c.Present + c.NotFound + c.Expired, 10},
		{"cells not found", c.NotFound, c.Present + c.NotFound + c.Expired, 5},
		{"cells expired", c.Expired, c.Present + c.NotFound + c.Expired, 4},
		{"answers by deletes", c.Deleted, c.NotFound, 2},
	}
	for _, s := range shares {
		if s.part*100 < s.of*s.min || s.of == 0 {
			return fmt.Errorf("%s: %d of %d, want at least %d %%", s.what, s.part, s.of, s.min)
		}
	}
	for what, n := range map[string]int{
		"ambiguous cells": c.Ambiguous, "rejected rows": c.Rejected, "views with composite keys": c.Composite,
		"views without entities": c.NoEntity, "views with tie_break": c.TieBroken,
	} {
		if n == 0 {
			return fmt.Errorf("no %s", what)
		}
	}
	return nil
}
