package historical

import "github.com/truepoint/truepoint/value"

// A collection puts the runs of a stream together.
type collection struct {
	all  *Result
	runs int
}

// add takes over a run.
func (c *collection) add(r *Result) error {
	if c.runs++; c.runs == 1 {
		c.all = r
		return nil
	}
	if c.runs == 2 { // what was delivered first may share memory with others
		first := c.all
		c.all = &Result{Batch: &value.Batch{}, Features: make([]Feature, len(first.Features))}
		for i, col := range first.Batch.Columns {
			c.all.Batch.Add(first.Batch.Names[i], value.NewColumn(col.Type, 0))
		}
		for i, f := range first.Features {
			c.all.Features[i] = Feature{Name: f.Name, View: f.View, Field: f.Field}
		}
		c.append(first)
	}
	c.append(r)
	return nil
}

func (c *collection) append(r *Result) {
	for i, col := range c.all.Batch.Columns {
		col.AppendRange(r.Batch.Columns[i], 0, r.Batch.Rows)
	}
	c.all.Batch.Rows += r.Batch.Rows
	c.all.AsOf = append(c.all.AsOf, r.AsOf...)
	for i := range r.Features {
		f, g := &c.all.Features[i], &r.Features[i]
		f.Status = append(f.Status, g.Status...)
		f.Defaulted = append(f.Defaulted, g.Defaulted...)
		f.Event = append(f.Event, g.Event...)
	}
}

// finish gives the result of a stream the rows of all runs.
func (c *collection) finish(total *Result) *Result {
	total.Batch, total.AsOf, total.Features = c.all.Batch, c.all.AsOf, c.all.Features
	return total
}
