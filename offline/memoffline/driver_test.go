package memoffline_test

import (
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/offline/offlinetest"
	"github.com/truepoint/truepoint/value"
)

type store struct{ driver *memoffline.Driver }

func (s store) Driver() offline.Driver { return s.driver }

func (s store) Source(name string) *feature.Source {
	return &feature.Source{Name: name, Type: feature.FileSource, TimestampField: "event_timestamp"}
}

func (s store) Put(_ *testing.T, src *feature.Source, batches ...*value.Batch) {
	s.driver.Put(src.Name, batches...)
}

func (s store) Typed() bool { return true }

func TestConformance(t *testing.T) {
	t.Parallel()
	offlinetest.Run(t, func(*testing.T) offlinetest.Store { return store{memoffline.New()} })
}
