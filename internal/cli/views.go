package cli

import (
	"slices"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

type viewsVerb struct {
	List     viewsListVerb     `cmd:"" help:"List feature views with their last materialization and freshness."`
	Describe viewsDescribeVerb `cmd:"" help:"Show one feature view."`
}

type viewsListVerb struct {
	listFlags
	Rows bool `help:"Count the rows online too; this reads every one of them."`
}

// Help tells what the columns mean.
func (v *viewsListVerb) Help() string {
	return "MATERIALIZED TO is up to when runs have been complete. AGE is how old the newest value is that runs and pushes have ever written to the table that answers: deleting rows, or their expiry, does not change it."
}

// viewDocument is a line of feature-views list in JSON.
type viewDocument struct {
	Name         string   `json:"name"`
	Entities     []string `json:"entities"`
	Features     []string `json:"features"`
	TTL          string   `json:"ttl"`
	Online       bool     `json:"online"`
	Generation   uint32   `json:"generation"`
	Watermark    any      `json:"watermark"`
	LastRun      any      `json:"last_materialization"`
	NewestEvent  any      `json:"newest_event_time"`
	OnlineRows   *int64   `json:"online_rows"` // null without --rows, and of views that are not served
	ValueAge     any      `json:"value_age_seconds"`
	SinceRun     any      `json:"since_materialization_seconds"`
	Late         bool     `json:"late"`
	Materialized bool     `json:"materialized"`

	Older *serving.Older `json:"older"` // what answers until generation has been completed; null where generation does
}

// Run implements feature-views list.
func (v *viewsListVerb) Run(a *app) error {
	return a.withSet(func(s *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		fresh, err := s.Freshness(a.ctx)
		if err != nil {
			return err
		}
		older, err := s.Older(a.ctx)
		if err != nil {
			return err
		}
		byName := map[string]truepoint.Freshness{}
		for _, f := range fresh {
			byName[f.View] = f
		}
		rows, err := v.count(a, s)
		if err != nil {
			return err
		}
		answer := &screen.Answer{Names: []string{}, Table: &screen.Table{Columns: v.columns()}}
		docs := []viewDocument{}
		for _, view := range set.Views {
			ok, err := v.match(view.Tags)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			f := byName[view.Name]
			answer.Names = append(answer.Names, view.Name)
			doc := viewDoc(view, f)
			doc.OnlineRows = rows[view.Name]
			answer.Table.AddCells(v.cells(view, f, doc.OnlineRows)...)
			if i := slices.IndexFunc(older, func(o *serving.Older) bool { return o.View == view.Name }); i >= 0 {
				doc.Older = older[i]
				a.note("%s", olderText(doc.Older, a.now()))
			}
			docs = append(docs, doc)
		}
		answer.Value = docs
		if len(docs) == 0 && a.format == screen.AsTable {
			a.note("no feature views; add definitions and run truepoint apply")
			return nil
		}
		return a.print(answer)
	})
}

// count returns the rows online by view, none unless they were asked for.
func (v *viewsListVerb) count(a *app, s *truepoint.Store) (map[string]*int64, error) {
	out := map[string]*int64{}
	if !v.Rows {
		return out, nil
	}
	sizes, err := s.Sizes(a.ctx)
	for i := range sizes {
		out[sizes[i].View] = &sizes[i].Rows
	}
	return out, err
}

func (v *viewsListVerb) columns() []screen.Column {
	names := []string{"NAME", "?ENTITIES", "?>FEATURES", "TTL", "MATERIALIZED TO", "AGE"}
	if v.Rows {
		names = slices.Insert(names, len(names)-1, ">ROWS")
	}
	return screen.Columns(names...)
}

func (v *viewsListVerb) cells(view *feature.View, f truepoint.Freshness, rows *int64) []screen.Cell {
	ttl := "none"
	if view.TTL != 0 {
		ttl = view.TTL.String()
	}
	cells := append(texts(view.Name, strings.Join(view.Entities, ", ")), countCell(int64(len(view.Schema))), screen.Cell{Text: ttl})
	materialized := f.Watermark
	if f.View == "" {
		materialized = eventtime.None
	}
	cells = append(cells, minuteCell(materialized))
	switch {
	case v.Rows && rows != nil:
		cells = append(cells, countCell(*rows))
	case v.Rows:
		cells = append(cells, screen.Cell{})
	}
	return append(cells, freshnessCell(view, f))
}

// freshnessCell says in a few words whether the online values are as new as they should be.
func freshnessCell(view *feature.View, f truepoint.Freshness) screen.Cell {
	switch {
	case !view.Online:
		return screen.Cell{Text: "offline only", Style: screen.Faint}
	case f.View == "" || f.LastRun == eventtime.None && f.NewestEvent == eventtime.None:
		return screen.Cell{Text: "never filled", Style: screen.Caution}
	case f.NewestEvent == eventtime.None:
		return screen.Cell{Text: "no rows", Style: screen.Caution}
	case f.Late:
		return screen.Cell{Text: length(f.ValueAge) + ", late", Machine: wholeText(f.ValueAge), Style: screen.Bad}
	}
	return screen.Cell{Text: length(f.ValueAge), Machine: wholeText(f.ValueAge), Style: screen.Good}
}

func viewDoc(view *feature.View, f truepoint.Freshness) viewDocument {
	d := viewDocument{Name: view.Name, Entities: orEmpty(view.Entities), Features: []string{}, TTL: view.TTL.String(), Online: view.Online,
		Generation: view.Generation, Late: f.Late}
	for _, field := range view.Schema {
		d.Features = append(d.Features, field.Name)
	}
	if f.View == "" {
		return d
	}
	d.Watermark, d.LastRun, d.NewestEvent = instant(f.Watermark), instant(f.LastRun), instant(f.NewestEvent)
	d.Materialized = f.LastRun != eventtime.None
	if f.NewestEvent != eventtime.None {
		d.ValueAge = float64(f.ValueAge) / float64(eventtime.Second)
	}
	if f.LastRun != eventtime.None {
		d.SinceRun = float64(f.SinceRun) / float64(eventtime.Second)
	}
	return d
}

func viewListing() *listing[feature.View] {
	return &listing[feature.View]{kind: feature.KindView,
		items: func(s *feature.Set) []*feature.View { return s.Views },
		info:  func(v *feature.View) *feature.Info { return &v.Info },
		name:  func(v *feature.View) string { return v.Name }}
}

// A windowDocument is a window view as it stands in a file: each aggregation with what its field says, and the types
// of the columns that they use as schema.
type windowDocument struct {
	*feature.View
	Schema       []value.Field         `json:"schema,omitempty"`
	Inputs       *bool                 `json:"inputs,omitempty"` // hides that of the view
	Aggregations []aggregationDocument `json:"aggregations"`
}

type aggregationDocument struct {
	feature.Aggregation
	Window   string `json:"window,omitempty"`
	Lifetime *bool  `json:"lifetime,omitempty"` // hides that of the aggregation

	Type        value.Type        `json:"type"`
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Default     *feature.Default  `json:"default,omitempty"`
}

func newWindowDocument(v *feature.View) windowDocument {
	d := windowDocument{View: v, Schema: v.Inputs}
	for i, a := range v.Aggregations {
		f := v.Schema[i]
		doc := aggregationDocument{Aggregation: a, Type: f.Type, Description: f.Description, Tags: f.Tags, Default: f.Default}
		switch {
		case a.Lifetime:
			doc.Window = "lifetime"
		case a.Window > 0:
			doc.Window = a.Window.String()
		}
		d.Aggregations = append(d.Aggregations, doc)
	}
	return d
}

type viewsDescribeVerb struct{ describeVerb }

// Run implements feature-views describe.
func (v *viewsDescribeVerb) Run(a *app) error {
	if err := describe(a, v.Name, viewListing()); err != nil {
		return err
	}
	return a.withStore(func(s *truepoint.Store) error { return a.noteOlder(s, v.Name) })
}
