package ingest

import (
	"slices"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A target is what a push writes to.
type target struct {
	name   string // of the push source, or of the view
	to     Target
	batch  *feature.Source // whose history pushes extend
	layout pit.Layout      // roles of the time columns
	first  *feature.Use    // a view that says how rows are read
	uses   []feature.Use   // the views that are fed, whole; windows are none: runs compute them from what is appended
	needed []feature.Use   // the views whose columns the rows must have
	fields []value.Field   // the columns that rows may have

	mu       sync.Mutex
	packings []*packing
	stored   []stored // of uses
}

// A stored is how the online store packs rows of a view.
type stored struct {
	schema  *value.Schema
	encoder *value.RowEncoder
}

// rowsOf returns how the online store packs rows of use i.
func (t *target) rowsOf(i int) (*value.Schema, *value.RowEncoder) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stored == nil {
		t.stored = make([]stored, len(t.uses))
	}
	s := &t.stored[i]
	if s.schema == nil {
		s.schema = t.uses[i].View.RowSchema()
		s.encoder = value.NewRowEncoder(s.schema)
	}
	return s.schema, s.encoder
}

// A directory keeps the targets of the set of definitions that pushes work on. It is bounded by what that declares.
type directory struct {
	mu      sync.Mutex
	set     *feature.Set
	targets map[address]*target
}

// An address is what a request says about its target.
type address struct {
	source, view string
	to           Target
}

// find is findTarget, once for each set. The target is shared.
func (d *directory) find(set *feature.Set, req *Request) (*target, error) {
	at := address{req.Source, req.View, req.To}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.set != set {
		d.set, d.targets = set, map[address]*target{}
	}
	if t := d.targets[at]; t != nil {
		return t, nil
	}
	t, err := findTarget(set, req)
	if err == nil {
		d.targets[at] = t
	}
	return t, err
}

// findTarget resolves the source or view of a request.
func findTarget(set *feature.Set, req *Request) (*target, error) {
	to, err := ParseTarget(string(req.To))
	if err != nil {
		return nil, err
	}
	t := &target{to: to}
	switch {
	case (req.Source == "") == (req.View == ""):
		return nil, errs.New(errs.InvalidArgument, "a push names either a push source or a view").WithID("T0461")
	case req.Source != "":
		err = t.source(set, req.Source)
	default:
		err = t.view(set, req.View)
	}
	if err != nil {
		return nil, err
	}
	if t.layout, err = history.Layout(t.first); err != nil {
		return nil, err
	}
	if t.batch.Availability.Rule == eventtime.ByDelay {
		return nil, errs.New(errs.FailedPrecondition, "source %q declares a delay, so %q cannot be pushed to", t.batch.Name, t.name).WithID("T0462").
			WithHint("use availability: created_time for rows that are known later")
	}
	t.fields = columns(t)
	return t, nil
}

func (t *target) source(set *feature.Set, name string) error {
	src, ok := set.Source(name)
	if !ok || src.Type != feature.PushSource {
		return unknownPush(set, name, ok)
	}
	t.name = name
	for _, v := range set.Views {
		use, err := set.SelectView(v)
		if err != nil {
			return err
		}
		if v.Source != name {
			continue
		}
		t.first, t.batch = use, use.Source
		if !v.Windowed() {
			t.uses = append(t.uses, *use)
		}
	}
	if t.first == nil {
		return errs.New(errs.FailedPrecondition, "no feature view reads push source %q", name).WithID("T0463").
			WithHint("name it as the source of a feature view and apply")
	}
	if t.to != Offline && !slices.ContainsFunc(t.uses, func(u feature.Use) bool { return u.View.Online }) {
		return errs.New(errs.FailedPrecondition, "no feature view on push source %q is served online", name).WithID("T0330").
			WithHint("push with to: offline, or set online: true and apply")
	}
	t.needed = t.uses
	if t.to != Online {
		return t.neighbours(set)
	}
	return nil
}

// neighbours adds to the needed views those that read the same history another way: an appended row without their
// columns would answer them with nulls.
func (t *target) neighbours(set *feature.Set) error {
	for _, v := range set.Views {
		use, err := set.SelectView(v)
		if err != nil {
			return err
		}
		if use.Source.Name == t.batch.Name && (v.Source != t.name || v.Windowed()) {
			if v.Windowed() { // its features are computed from columns
				use.Fields = make([]feature.Field, len(v.Inputs))
				for i, in := range v.Inputs {
					use.Fields[i] = feature.Field{Name: in.Name, Type: in.Type}
				}
			}
			t.needed = append(t.needed[:len(t.needed):len(t.needed)], *use)
		}
	}
	return nil
}

func (t *target) view(set *feature.Set, name string) error {
	v, err := set.DataView(name)
	if err != nil {
		return err
	}
	use, err := set.SelectView(v)
	if err != nil {
		return err
	}
	switch {
	case v.Windowed():
		return errs.New(errs.FailedPrecondition, "feature view %q computes its features from events: no row of it can be pushed", name).WithID("T0473").
			WithHint("push events to the source that it reads, with to: offline; runs compute the windows")
	case t.to != Online:
		return errs.New(errs.InvalidArgument, "rows for the single view %q can be written online only", name).WithID("T0464").
			WithHint("push to its push source to extend the history")
	case !v.Online:
		return errs.New(errs.FailedPrecondition, "feature view %q is not served online", name).WithID("T0330").
			WithHint("set online: true and apply")
	}
	t.name, t.first, t.batch, t.uses = name, use, use.Source, []feature.Use{*use}
	t.needed = t.uses
	return nil
}

func unknownPush(set *feature.Set, name string, exists bool) error {
	var all []string
	for _, s := range set.Sources {
		if s.Type == feature.PushSource {
			all = append(all, s.Name)
		}
	}
	if exists {
		return errs.New(errs.FailedPrecondition, "source %q is not a push source", name).WithID("T0465").
			WithHint("declare a source of type push with batch_source: %s, and push to that", name)
	}
	hint := errs.DidYouMean(name, all)
	if hint == "" {
		hint = "truepoint data-sources list shows what there is"
	}
	return errs.New(errs.NotFound, "unknown push source %q", name).WithID("T0466").WithHint("%s", hint)
}
