package cli

import (
	"fmt"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

type pushVerb struct {
	Source string `arg:"" help:"A push source."`
	From   string `required:"" placeholder:"FILE" help:"Rows: Parquet, CSV or JSON lines."`
	To     string `default:"online" placeholder:"TARGET" help:"online, offline or online_and_offline."`
	PushID string `name:"push-id" placeholder:"ID" help:"Makes a repetition within 24 h safe."`
	ackFlag
}

// Run implements the verb push.
func (v *pushVerb) Run(a *app) error {
	to, err := ingest.ParseTarget(v.To)
	if err != nil {
		return err
	}
	a.ack = v.Ack
	return a.withSet(func(s *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		rows, err := readTyped(a.ctx, v.From, pushedFields(set, v.Source), nil)
		if err != nil {
			return err
		}
		r, err := s.Push(a.ctx, &truepoint.PushRequest{Source: v.Source, Rows: input.FromBatch(rows), To: to, ID: v.PushID})
		if err != nil {
			return err
		}
		tb := &screen.Table{Columns: screen.Columns("VIEW", ">WRITTEN", ">OLDER")}
		for _, w := range r.Views {
			older := "?"
			if w.Superseded >= 0 {
				older = count(w.Superseded)
			}
			tb.Add(w.View, count(w.Written), older)
			a.noteOlderPush(&w)
		}
		if r.Repeated {
			a.note("push %s had been done before; nothing was written now", r.ID)
		}
		text := fmt.Sprintf("pushed %s to %s\n", plural(int(r.Rows), "row", "rows"), to)
		if len(tb.Rows) > 0 {
			text += a.out.Render(tb)
		}
		return a.print(&screen.Answer{Text: text, Table: tb, Value: r, Names: []string{r.ID}})
	})
}

// pushedFields returns the columns that pushes to a source have, with the types that its views declare; what cannot be
// resolved is left to the engine, which says why.
func pushedFields(set *feature.Set, source string) []value.Field {
	out := []value.Field{}
	for _, view := range set.Views {
		if view.Source != source {
			continue
		}
		keys, err := set.JoinKeys(view)
		batch, berr := set.BatchSource(view)
		if err != nil || berr != nil {
			continue
		}
		out = append(append(out, keys...), view.Fields()...)
		for _, name := range []string{batch.TimestampField, batch.CreatedTimestampColumn} {
			if name != "" {
				out = append(out, value.Field{Name: name, Type: value.Scalar(value.UnixTimestamp)})
			}
		}
	}
	return out
}
