package storetest

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/feature"
)

// compute reads: compute NAME:TYPE [null=VALUE] = EXPRESSION, and applies an on-demand view of that one feature over the
// view, the request columns and the features computed before.
func (p *player) compute(l line) error {
	of, err := fields(l.words[1])
	if err != nil || len(of) != 1 {
		return fmt.Errorf("want NAME:TYPE, got %q (%v)", l.words[1], err)
	}
	d := &feature.OnDemandView{Name: "d" + of[0].Name, Sources: []feature.OnDemandSource{{View: "v"}}}
	if len(p.given) > 0 {
		request := feature.OnDemandSource{Request: "given"}
		for _, f := range p.given {
			request.Schema = append(request.Schema, feature.Field{Name: f.Name, Type: f.Type})
		}
		d.Sources = append(d.Sources, request)
	}
	for _, before := range p.set.OnDemand {
		d.Sources = append(d.Sources, feature.OnDemandSource{View: before.Name})
	}
	f := feature.OnDemandFeature{Field: feature.Field{Name: of[0].Name, Type: of[0].Type}, Expression: strings.Join(l.want, " ")}
	if len(l.words) > 2 {
		text, ok := strings.CutPrefix(l.words[2], "null=")
		if !ok {
			return fmt.Errorf("unknown option %q", l.words[2])
		}
		f.Default = &feature.Default{Null: &text}
	}
	d.Features = []feature.OnDemandFeature{f}
	p.set.OnDemand = append(p.set.OnDemand, d)
	return p.reapply()
}
