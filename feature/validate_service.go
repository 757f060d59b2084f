package feature

import (
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// onErrors are the choices of a service's on_error.
var onErrors = []string{"fail", "cells"}

func (c *checker) service(s *Service) {
	c.name("feature service", s.Name, &s.Origin, "name")
	if len(s.Features) == 0 {
		c.fault("T0175", s.Origin.At("features"), "feature service %q has no features", s.Name).WithHint("list views: features: [user_features]")
	}
	if s.OnError != "" && !slices.Contains(onErrors, s.OnError) {
		c.fault("T0150", s.Origin.At("on_error"), "on_error %q is neither fail nor cells", s.OnError).
			WithHint("%s", errs.DidYouMean(s.OnError, onErrors))
	}
	used := map[string]int{}
	for i := range s.Features {
		p := &s.Features[i]
		path := index("features", i)
		c.projection(s, p, path)
		folded := strings.ToLower(p.name())
		if was, twice := used[folded]; twice {
			c.fault("T0150", s.Origin.At(path), "service %q uses %q twice, first%s", s.Name, p.name(), seen(s.Origin.At(index("features", was)))).
				WithHint("give two uses of one view distinct aliases: {view: %s, alias: …}", p.View)
			continue
		}
		used[folded] = i
	}
}

func (c *checker) projection(s *Service, p *Projection, path string) {
	v, ok := c.set.provider(p.View)
	if !ok {
		c.wrong("T0011", s.Origin.At(path+".view"), c.set.unknownView(p.View))
		return
	}
	_, origin := v.label()
	if p.Features != nil && len(p.Features) == 0 {
		c.fault("T0175", s.Origin.At(path+".features"), "service %q takes no feature of view %q", s.Name, p.View).
			WithHint("leave features out to take all")
	}
	for i, name := range p.Features {
		at := s.Origin.At(path + "." + index("features", i))
		if v.Field(name) < 0 {
			e := unknownFeature(v, name)
			e.Message += definedAt(origin.At("name"))
			c.wrong("T0012", at, e)
		}
		if slices.Contains(p.Features[:i], name) {
			c.fault("T0120", at, "service %q takes feature %q of view %q twice", s.Name, name, p.View).WithHint("remove one of them")
		}
	}
	if p.Alias != "" {
		c.name("alias", p.Alias, &s.Origin, path+".alias")
	}
	if view, ok := v.(*View); ok {
		c.joinKeyMap(s, p, view, path+".join_key_map")
	} else if len(p.JoinKeyMap) > 0 {
		c.fault("T0151", s.Origin.At(path+".join_key_map"), "on-demand view %q has no join keys of its own", p.View).
			WithHint("remove join_key_map")
	}
}

func definedAt(p errs.Position) string {
	if p.IsZero() {
		return ""
	}
	return ", defined at " + p.String()
}

func (c *checker) joinKeyMap(s *Service, p *Projection, v *View, path string) {
	var keys []string
	for _, name := range v.Entities {
		e, ok := c.entities[name]
		if !ok {
			return // what is missing was reported at the view
		}
		keys = append(keys, e.JoinKeys...)
	}
	target := map[string]string{}
	for _, k := range keys {
		target[k] = k
	}
	for _, from := range sortedKeys(p.JoinKeyMap) {
		at := s.Origin.At(path + "." + from)
		if !slices.Contains(keys, from) {
			hint := errs.DidYouMean(from, keys)
			switch {
			case len(keys) == 0:
				hint = "it has no join keys: remove join_key_map"
			case hint == "":
				hint = "its join keys are " + shortList(keys)
			}
			c.fault("T0151", at, "join_key_map names %q, which is no join key of view %q%s", from, p.View, definedAt(v.Origin.At("name"))).WithHint("%s", hint)
			continue
		}
		c.name("request column", p.JoinKeyMap[from], &s.Origin, path+"."+from)
		target[from] = p.JoinKeyMap[from]
	}
	owner := map[string]string{}
	for _, from := range sortedKeys(target) {
		if was, twice := owner[target[from]]; twice {
			c.fault("T0151", s.Origin.At(path), "join keys %q and %q of view %q would come from one column %q", was, from, p.View, target[from]).
				WithHint("map each join key to a column of its own")
		}
		owner[target[from]] = from
	}
}
