package main

import (
	"fmt"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

const (
	viewsCount    = 1000
	featuresCount = 10 // a view
	servicesCount = 20
)

// workload returns a project of 10,000 features in 1,000 views, each view on a source of its own, and 20 services.
func workload() *feature.Set {
	s := &feature.Set{Project: "bench", Entities: []*feature.Entity{{
		Name: "user_id", JoinKeys: []string{"user_id"}, ValueType: value.Scalar(value.String),
	}}}
	kinds := [...]value.Kind{value.Int64, value.Float64, value.String, value.Bool, value.Float32}
	for i := range viewsCount {
		name := fmt.Sprintf("view_%04d", i)
		s.Sources = append(s.Sources, &feature.Source{
			Name: "source_" + name, Type: feature.FileSource, Path: "data/" + name + ".parquet",
			TimestampField: "event_timestamp", CreatedTimestampColumn: "created_timestamp",
		})
		v := &feature.View{
			Name: name, Entities: []string{"user_id"}, TTL: 7 * eventtime.Day, Source: "source_" + name, Online: true, Schedule: "1d",
			Info: feature.Info{Owner: "ml-team", Tags: map[string]string{"team": "fraud-detection", "version": "v2"}},
		}
		for j := range featuresCount {
			v.Schema = append(v.Schema, feature.Field{
				Name: fmt.Sprintf("feature_%02d_7d", j), Type: value.Scalar(kinds[j%len(kinds)]), Description: "a number about the last 7 days",
			})
		}
		s.Views = append(s.Views, v)
	}
	for i := range servicesCount {
		svc := &feature.Service{Name: fmt.Sprintf("model_%02d", i), Info: feature.Info{Owner: "ml-team"}}
		for j := i; j < viewsCount; j += 10 * servicesCount {
			svc.Features = append(svc.Features, feature.Projection{View: s.Views[j].Name})
		}
		s.Services = append(s.Services, svc)
	}
	return s
}

// oneChanged returns the workload with one feature added to one view.
func oneChanged() *feature.Set {
	s := workload()
	v := s.Views[500]
	v.Schema = append(v.Schema, feature.Field{Name: "feature_new", Type: value.Scalar(value.Int64)})
	return s
}
