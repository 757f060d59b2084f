package feature

import (
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/expr"
)

// onDemandViews checks every on-demand view, and that none needs itself.
func (c *checker) onDemandViews() {
	_, cycles := c.set.onDemandOrder()
	for _, cycle := range cycles {
		v, _ := c.set.OnDemandView(cycle[0])
		i := slices.IndexFunc(v.Sources, func(s OnDemandSource) bool { return s.View == cycle[1] })
		at := v.Origin.At(index("sources", i))
		if len(cycle) == 2 {
			c.fault("T0197", at, "on-demand view %q has itself as a source", v.Name).WithHint("remove the source")
			continue
		}
		c.fault("T0197", at, "on-demand views need each other: %s", strings.Join(cycle, " → ")).
			WithHint("take one of these sources out, and compute what is shared in a view of its own")
	}
	for _, v := range c.set.OnDemand {
		c.onDemandView(v)
	}
}

func (c *checker) onDemandView(v *OnDemandView) {
	c.name("on-demand feature view", v.Name, &v.Origin, "name")
	if len(v.Sources) == 0 {
		c.fault("T0175", v.Origin.At("sources"), "on-demand view %q has no sources", v.Name).
			WithHint("list what its expressions use: sources: [user_features, {request: input, schema: [{name: amount, type: Float64}]}]")
	}
	for i := range v.Sources {
		c.onDemandSource(v, i)
	}
	inputs := c.set.inputs(v)
	c.inputClashes(v, inputs)
	switch n := len(v.Features); {
	case n == 0:
		c.fault("T0175", v.Origin.At("features"), "on-demand view %q has no features", v.Name).
			WithHint(`list them: features: [{name: ratio, type: Float64, expression: "amount / average"}]`)
	case n > FeaturesMax:
		c.fault("T0121", v.Origin.At("features"), "on-demand view %q has %d features, at most %d are allowed", v.Name, n, FeaturesMax).
			WithHint("split it into several views")
	}
	c.fieldNames(fieldList{what: "on-demand view", owner: v.Name, path: "features", fields: v.Fields(), origin: &v.Origin})
	for i := range v.Features {
		c.onDemandFeature(v, i, inputs)
	}
}

func (c *checker) onDemandSource(v *OnDemandView, i int) {
	src, path := &v.Sources[i], index("sources", i)
	at := func(key string) errs.Position { return v.Origin.At(path + "." + key) }
	switch {
	case src.View != "" && (src.Request != "" || src.Schema != nil):
		c.fault("T0195", v.Origin.At(path), "source %d of on-demand view %q is both a view and a request", i+1, v.Name).WithHint("make two sources of it")
		return
	case src.View == "" && (src.Alias != "" || src.Features != nil):
		c.fault("T0195", v.Origin.At(path), "a request source has no features and no alias").WithHint("list its columns: schema: [{name: amount, type: Float64}]")
		return
	case src.View == "":
		c.requestInputs(v, i)
		return
	}
	if src.Alias != "" {
		c.name("alias", src.Alias, &v.Origin, path+".alias")
	}
	from, ok := c.set.provider(src.View)
	if !ok {
		c.wrong("T0011", at("view"), c.set.unknownView(src.View))
		return
	}
	if src.Features != nil && len(src.Features) == 0 {
		c.fault("T0195", at("features"), "on-demand view %q takes no feature of view %q", v.Name, src.View).WithHint("leave features out to take all")
	}
	for j, name := range src.Features {
		place := at(index("features", j))
		if from.Field(name) < 0 {
			c.wrong("T0012", place, unknownFeature(from, name))
		}
		if slices.Contains(src.Features[:j], name) {
			c.fault("T0120", place, "on-demand view %q takes feature %q of view %q twice", v.Name, name, src.View).WithHint("remove one of them")
		}
	}
}

// requestInputs checks a source of request columns: its schema, or the data source that has one.
func (c *checker) requestInputs(v *OnDemandView, i int) {
	src, path := &v.Sources[i], index("sources", i)
	if src.Schema != nil {
		c.fields(fieldList{what: "request source", owner: src.Request, path: path + ".schema", fields: src.Schema, origin: &v.Origin})
		if len(src.Schema) > 0 {
			return
		}
	}
	named, ok := c.sources[src.Request]
	at := v.Origin.At(path + ".request")
	switch {
	case src.Schema != nil || src.Request == "":
		c.fault("T0195", v.Origin.At(path), "a request source of on-demand view %q has no columns", v.Name).
			WithHint("list them: {request: input, schema: [{name: amount, type: Float64}]}")
	case !ok:
		c.wrong("T0180", at, c.set.unknownSource(src.Request))
	case named.Type != RequestSource:
		c.fault("T0183", at, "data source %q of on-demand view %q is a %s source%s", named.Name, v.Name, named.Type, seen(named.Origin.Pos)).
			WithHint("name a feature view on it, or a source of type request")
	}
}

// inputClashes refuses two inputs under one name, once for each pair of sources.
func (c *checker) inputClashes(v *OnDemandView, inputs []input) {
	first := map[string]int{}
	told := map[[2]int]bool{}
	for _, in := range inputs {
		was, twice := first[in.name]
		if !twice {
			first[in.name] = in.source
			continue
		}
		if was == in.source || told[[2]int{was, in.source}] {
			continue
		}
		told[[2]int{was, in.source}] = true
		src := &v.Sources[in.source]
		fault := c.fault("T0196", v.Origin.At(index("sources", in.source)), "input %q of on-demand view %q comes from %s and from %s",
			in.name, v.Name, v.Sources[was].name(), src.name())
		switch {
		case src.View != "":
			fault.WithHint("take some of its features, {view: %s, features: […]}, or write {view: %s, alias: other} and use other__%s", src.View, src.View, in.field.Name)
		case v.Sources[was].View != "":
			fault.WithHint("rename the request column, or write {view: %s, alias: other} and use other__%s", v.Sources[was].View, in.field.Name)
		default:
			fault.WithHint("rename one of the request columns")
		}
	}
}

// onDemandFeature checks one feature and its expression: the text in any case, its types once those of all inputs
// that it uses are known.
func (c *checker) onDemandFeature(v *OnDemandView, i int, inputs []input) {
	f, path := &v.Features[i], index("features", i)
	switch {
	case f.Default != nil && f.Default.Absent != nil:
		c.fault("T0133", v.Origin.At(path+".default"), "feature %q is computed, so it is never absent", f.Name).
			WithHint("give the feature that it is computed of a default, or write default: {null: …}")
	case !f.Type.IsZero():
		if _, err := f.Defaults(); err != nil {
			c.wrong("T0133", v.Origin.At(path+".default"), err)
		}
	}
	path += ".expression"
	if strings.TrimSpace(f.Expression) == "" {
		c.fault("T0175", v.Origin.At(path), "feature %q has no expression", f.Name).WithHint(`write expression: "amount / average"`)
		return
	}
	used, err := expr.Columns(f.Expression)
	if err == nil && !slices.ContainsFunc(inputs, func(in input) bool { return in.field.Type.IsZero() && slices.Contains(used, in.name) }) {
		_, err = expr.Compile(f.Expression, scope(inputs), f.Type)
	}
	c.expression(err, &v.Origin, path)
}
