package definitions

import (
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

func onDemandView(n *strictyaml.Node, o feature.Origin) *feature.OnDemandView {
	v := &feature.OnDemandView{Name: n.Get("name").String(), Info: infoOf(n), Origin: o}
	if list := n.Get("sources"); list != nil {
		for _, item := range list.Items {
			src := feature.OnDemandSource{View: item.Text} // a data source of type request is told apart when all is read
			if item.Kind == strictyaml.Map {
				src = feature.OnDemandSource{
					View: item.Get("view").String(), Features: item.Get("features").Strings(), Alias: item.Get("alias").String(),
					Request: item.Get("request").String(), Schema: fields(item.Get("schema")),
				}
			}
			v.Sources = append(v.Sources, src)
		}
	}
	list := n.Get("features")
	for i, f := range fields(list) {
		expression := list.Items[i].Get("expression")
		v.Features = append(v.Features, feature.OnDemandFeature{Field: f, Expression: expression.String()})
		textPlace(&v.Origin, itemPath("features", i)+".expression", expression)
	}
	return v
}
