package pittest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// windows reads: windows NAME option=value…
func (p *parser) windows(words []word) error {
	ttl := false
	for _, w := range words {
		ttl = ttl || strings.HasPrefix(w.text, "ttl=")
	}
	if err := p.declareView(words, &Windows{}); err != nil {
		return err
	}
	v := p.c.Views[len(p.c.Views)-1]
	if !ttl && v.Windows.Refresh > 0 {
		v.TTL = eventtime.SnapshotTTL(v.Windows.Refresh, v.Windows.Delay)
	}
	return nil
}

func (v *View) windowOption(name, text string) (err error) {
	switch name {
	case "column":
		_, err = v.declare(text, "Int64")
	case "event_id":
		var names []string
		if names, err = v.declare(text, "String"); err == nil {
			v.Windows.EventID = names[0]
		}
	case "refresh":
		v.Windows.Refresh, err = eventtime.ParseDuration(text)
	case "delay":
		v.Windows.Delay, err = eventtime.ParseDuration(text)
	default:
		err = fmt.Errorf("unknown option %q of windows", name)
	}
	return err
}

// feature reads: feature VIEW NAME FUNCTION option=value…
func (p *parser) feature(words []word) error {
	if len(words) < 3 {
		return fmt.Errorf("feature needs a view, a name and a function")
	}
	v := p.find(words[0].text)
	if v == nil || v.Windows == nil {
		return fmt.Errorf("there are no windows %q", words[0].text)
	}
	shared := v
	if v.Of != "" {
		if shared = p.find(v.Of); shared == nil {
			return fmt.Errorf("view %q is of an unknown view %q", v.Name, v.Of)
		}
	}
	f := pit.WindowFeature{Name: words[1].text, Spec: agg.Spec{Function: agg.Function(words[2].text)}}
	for _, w := range words[3:] {
		name, text, _ := strings.Cut(w.text, "=")
		if err := shared.featureOption(&f, name, text); err != nil {
			return err
		}
	}
	t, err := f.Type()
	if err != nil {
		return err
	}
	v.Windows.Features = append(v.Windows.Features, f)
	v.Layout.Features, v.Layout.FeatureTypes = append(v.Layout.Features, f.Name), append(v.Layout.FeatureTypes, t)
	return nil
}

func (v *View) featureOption(f *pit.WindowFeature, name, text string) (err error) {
	switch name {
	case "of":
		f.Column, f.Spec.Input = text, v.typeOf(text)
	case "n":
		f.Spec.N, err = strconv.Atoi(text)
	case "window":
		f.Window.Length, err = eventtime.ParseDuration(text)
	case "offset":
		f.Window.Offset, err = eventtime.ParseDuration(text)
	case "hop":
		f.Window.Hop, err = eventtime.ParseDuration(text)
	case "last":
		f.Last, err = strconv.Atoi(text)
	case "by":
		f.By = text
	case "where":
		f.Where, err = filter(text, v.Columns)
	default:
		err = fmt.Errorf("unknown option %q of a feature", name)
	}
	return err
}

func filter(text string, columns []value.Field) (pit.Filter, error) {
	program, err := expr.Compile(text, expr.Scope{Columns: columns}, value.Scalar(value.Bool))
	if err != nil {
		return nil, err
	}
	return program.Filter()
}
