package definitions

import (
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// DecodeForTest decodes documents without validating the set.
func DecodeForTest(text string) (*feature.Set, error) {
	d := decoder{gaps: newGaps(), shapes: allShapes()}
	chunks, err := strictyaml.Scan("f.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	for i := range chunks {
		n, faults := chunks[i].Parse()
		for _, e := range faults {
			d.report.Faults.Add(e)
		}
		d.document(n)
	}
	for _, s := range d.set.Services {
		s.Origin = feature.Origin{}
	}
	return &d.set, d.report.Faults.Err()
}
