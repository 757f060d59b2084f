package truepoint_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// The scripts of the meaning run through a whole store here: definitions, snapshots, the plan that is built of them,
// and, for the second test, materialization and online reads.

func TestPitScriptsAsTrainingSets(t *testing.T) {
	t.Parallel()
	for _, engine := range []historical.Engine{historical.Fast, historical.Naive} {
		t.Run(fmt.Sprintf("engine %q", engine), func(t *testing.T) {
			t.Parallel()
			pittest.Run(t, "spec/pit", func(_ context.Context, c *pittest.Case) (*pit.Result, error) { return asTrainingSet(t, c, engine) })
		})
	}
}

func TestPitScriptsAsOnlineReads(t *testing.T) {
	t.Parallel()
	pittest.Run(t, "spec/pit", func(_ context.Context, c *pittest.Case) (*pit.Result, error) { return asOnlineReads(t, c) })
}

// supported reports whether a case can be put to a store: it does not ask for what a store does not tell, writes no
// arrival sequence by hand, and does not refuse ties, which a run would find in keys that nobody asks for.
func supported(c *pittest.Case) bool {
	for _, v := range c.Views {
		if v.Availability.Rule == eventtime.ByCreatedTime && v.Layout.Created == "" {
			return false // such a definition cannot be applied
		}
		if v.Layout.Sequence != "" || v.TiesError && c.Want.Error == "" {
			return false
		}
	}
	for _, row := range c.Want.Cells {
		for _, cell := range row {
			if cell.Feature == pittest.ShowCreated || cell.Feature == pittest.ShowRow {
				return false
			}
		}
	}
	return true
}

// caseRig returns a store with the views of a case, all in the service "s".
func caseRig(t *testing.T, c *pittest.Case, now eventtime.Instant) (*storetest.Rig, error) {
	r := storetest.New(t, now, nil)
	set := &feature.Set{Project: storetest.Project}
	service := &feature.Service{Name: "s"}
	for _, v := range c.Views {
		src := &feature.Source{Name: "s_" + v.Name, Type: feature.FileSource, Path: v.Name, TimestampField: v.Layout.Event,
			CreatedTimestampColumn: v.Layout.Created, DeletedColumn: v.Layout.Deleted, TieBreak: v.Layout.TieBreak, Availability: v.Availability}
		if v.TiesError {
			src.Ties = "error"
		}
		view := &feature.View{Name: v.Name, Source: src.Name, TTL: v.TTL, Online: true}
		renamed := map[string]string{}
		for i, k := range v.Layout.Keys {
			e := &feature.Entity{Name: "e_" + v.Name + "_" + k, JoinKeys: []string{k}, ValueType: columnType(v, k)}
			set.Entities = append(set.Entities, e)
			view.Entities = append(view.Entities, e.Name)
			if v.Spine[i] != k {
				renamed[k] = v.Spine[i]
			}
		}
		for i, f := range v.Layout.Features {
			view.Schema = append(view.Schema, feature.Field{Name: f, Type: v.Layout.FeatureTypes[i]})
		}
		set.Sources, set.Views = append(set.Sources, src), append(set.Views, view)
		service.Features = append(service.Features, feature.Projection{View: v.Name, JoinKeyMap: renamed})
		parts := v.Parts
		if len(parts) == 0 {
			parts = []*value.Batch{{}}
			for _, f := range v.Columns {
				parts[0].Add(f.Name, value.NewColumn(f.Type, 0))
			}
		}
		r.Offline.Put(src.Name, parts...)
	}
	set.Services = []*feature.Service{service}
	plan, err := r.Store.Plan(t.Context(), set)
	if err == nil {
		_, err = r.Store.Apply(t.Context(), plan, apply.Options{})
	}
	return r, err
}

func columnType(v *pittest.View, name string) value.Type {
	for _, f := range v.Columns {
		if f.Name == name {
			return f.Type
		}
	}
	return value.Type{}
}

// at is the time column of spines made of cases; no key of a script has this name.
const at = "as_of"

func asTrainingSet(t *testing.T, c *pittest.Case, engine historical.Engine) (*pit.Result, error) {
	if !supported(c) {
		return nil, pittest.ErrUnsupported
	}
	r, err := caseRig(t, c, noon)
	defer r.Store.Close()
	if err != nil {
		return nil, err
	}
	spine := &value.Batch{}
	for i, n := range c.Spine.Columns.Names {
		spine.Add(n, c.Spine.Columns.Columns[i])
	}
	times := value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
	for _, i := range c.Spine.AsOf {
		if i == eventtime.None {
			times.Append(value.Value{})
			continue
		}
		times.Append(value.OfInstant(i))
	}
	spine.Add(at, times)
	req := &truepoint.HistoricalRequest{Spine: spine, TimeColumn: at, Service: "s", Names: feature.FullNames, Known: c.Known, KnownAt: c.KnownAt, Engine: engine}
	if c.OnNull {
		req.OnNull = historical.NullFeatures
	}
	res, err := r.Store.Historical(t.Context(), req)
	if err != nil {
		return nil, err
	}
	return ofTrainingSet(c, res), nil
}

func ofTrainingSet(c *pittest.Case, res *historical.Result) *pit.Result {
	out := &pit.Result{}
	next := 0
	for i := range c.Views {
		rep := res.Views[i]
		v := pit.ViewResult{Report: pit.Report{Read: rep.Rows, RejectedKey: rep.RejectedKey, RejectedEvent: rep.RejectedEvent, RejectedCreate: rep.RejectedOther}}
		for f := range c.Views[i].Layout.Features {
			got := res.Features[next]
			next++
			v.Columns = append(v.Columns, res.Batch.Column(got.Name))
			v.Event = got.Event
			v.Report.Ambiguous = append(v.Report.Ambiguous, rep.Features[f].Ambiguous)
			v.Status = presentNulls(got.Status)
		}
		out.Views = append(out.Views, v)
	}
	return out
}

// presentNulls returns statuses as pit has them: a null that a row says is present.
func presentNulls(in []value.Status) []value.Status {
	out := make([]value.Status, len(in))
	for i, s := range in {
		if s == value.NullValue {
			s = value.Present
		}
		out[i] = s
	}
	return out
}

// asOnlineReads materializes the histories up to each asOf into a store of its own and reads there.
func asOnlineReads(t *testing.T, c *pittest.Case) (*pit.Result, error) {
	if !supported(c) || c.Known != pit.KnownNow || c.Want.Error != "" {
		return nil, pittest.ErrUnsupported
	}
	out := &pit.Result{}
	for _, v := range c.Views {
		r := pit.ViewResult{Report: pit.Report{Ambiguous: make([]int64, len(v.Layout.Features))}}
		for f := range v.Layout.Features {
			r.Columns = append(r.Columns, value.NewColumn(v.Layout.FeatureTypes[f], 0))
		}
		out.Views = append(out.Views, r)
	}
	for i, asOf := range c.Spine.AsOf {
		for _, col := range c.Spine.Columns.Columns {
			if col.Null(i) || asOf == eventtime.None {
				return nil, pittest.ErrUnsupported // an online request has neither null keys nor a null asOf
			}
		}
		if err := readCase(t, c, i, out); err != nil {
			return nil, err
		}
	}
	if len(c.Want.Ambiguous) > 0 {
		return nil, pittest.ErrUnsupported // runs count per key of the history, not per row of a spine
	}
	return out, nil
}

func readCase(t *testing.T, c *pittest.Case, row int, out *pit.Result) error {
	asOf := c.Spine.AsOf[row]
	r, err := caseRig(t, c, max(asOf, 0))
	defer r.Store.Close()
	if err != nil {
		return err
	}
	report, err := r.Store.Materialize(t.Context(), &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: eventtime.Min, End: asOf})
	if err != nil {
		return err
	}
	runs := map[string]*truepoint.Run{}
	for _, v := range report.Views {
		runs[v.View] = v.Run
	}
	req := &truepoint.OnlineRequest{Service: "s", Names: feature.FullNames, AsOf: asOf}
	for n, name := range c.Spine.Columns.Names {
		req.Entities = append(req.Entities, input.FromColumn(name, c.Spine.Columns.Columns[n].Slice(row, row+1)))
	}
	res, err := r.Store.Online(t.Context(), req)
	if err != nil {
		return err
	}
	next := 0
	for i := range c.Views {
		v := &out.Views[i]
		for f := range v.Columns {
			cell := res.Columns[next].Cells[0]
			next++
			v.Columns[f].Append(cell.Value)
			if f == 0 {
				v.Status = append(v.Status, presentNulls([]value.Status{cell.Status})...)
				v.Event = append(v.Event, cell.Event)
			}
		}
		rejected := c.Want.Rejected[c.Views[i].Name]
		if run := runs[c.Views[i].Name]; run.Rejected != rejected[0]+rejected[1]+rejected[2] {
			return fmt.Errorf("view %s: %d rows rejected, want %v", c.Views[i].Name, run.Rejected, rejected)
		}
		v.Report.RejectedKey, v.Report.RejectedEvent, v.Report.RejectedCreate = rejected[0], rejected[1], rejected[2]
	}
	return nil
}
