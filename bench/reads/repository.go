// Package reads is what the benchmarks of online reads share: the repository that is served, five views of ten features of
// many entities, the pinning of servers to one core and of the load to the other, and what a slice of requests saw.
package reads

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/sink/onlinesink"
	"github.com/truepoint/truepoint/value"
)

// A Repository is the one that is served.
type Repository struct {
	Dir   string
	Redis string // address of its online store; "" is the embedded one
	Keys  int    // entities, numbered from 0
}

func (r *Repository) path(name string) string { return filepath.Join(r.Dir, name) }

// Open opens its store, also while a server has it.
func (r *Repository) Open(ctx context.Context) (*truepoint.Store, error) {
	dir, err := filepath.Abs(r.Dir)
	if err != nil {
		return nil, err
	}
	s, _, err := activity.Open(ctx, dir, func() eventtime.Instant { return written.Add(eventtime.Hour) })
	return s, err
}

const (
	views    = 5
	Service  = "everything" // all features
	distinct = 512          // requests
	written  = eventtime.Instant(1_760_000_000_123_456)
)

// kinds are those of the ten features of a view.
func kinds() []value.Kind {
	return []value.Kind{value.Float64, value.Float64, value.Float64, value.Float64, value.Float32, value.Int64, value.Int64, value.Int64, value.Bool, value.String}
}

// definitions are five views of ten features over one key and a service of all.
func definitions() *feature.Set {
	set := &feature.Set{
		Project:  activity.Project,
		Entities: []*feature.Entity{{Name: "entity", JoinKeys: []string{activity.Key}, ValueType: value.Scalar(value.Int64)}},
		Sources:  []*feature.Source{{Name: "log", Type: feature.FileSource, Path: "log.parquet", TimestampField: "event_ts"}},
	}
	all := &feature.Service{Name: Service}
	for v := range views {
		view := &feature.View{Name: fmt.Sprintf("view_%d", v), Entities: []string{"entity"}, Source: "log", Online: true, TTL: eventtime.TTL(20 * 365 * eventtime.Day)}
		for f, k := range kinds() {
			view.Schema = append(view.Schema, feature.Field{Name: fmt.Sprintf("v%d_f%d", v, f), Type: value.Scalar(k)})
		}
		set.Views = append(set.Views, view)
		all.Features = append(all.Features, feature.Projection{View: view.Name})
	}
	set.Services = []*feature.Service{all}
	return set
}

// Prepare makes the repository that is served, unless it is there. That in Redis is always made.
func (r *Repository) Prepare(ctx context.Context) (err error) {
	mark := r.path(fmt.Sprintf("ready-%d", r.Keys))
	if _, err := os.Stat(mark); err == nil && r.Redis == "" {
		return nil
	}
	store := activity.Embedded
	if r.Redis != "" {
		store = fmt.Sprintf("{type: redis, connection_string: %q}", r.Redis)
	}
	if err := activity.Settle(r.Dir, store); err != nil {
		return err
	}
	s, opt, err := activity.Open(ctx, r.Dir, func() eventtime.Instant { return written.Add(eventtime.Hour) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	p, err := s.Plan(ctx, definitions())
	if err != nil {
		return err
	}
	if _, err := s.Apply(ctx, p, apply.Options{}); err != nil {
		return err
	}
	set, _, err := s.Definitions(ctx)
	if err != nil {
		return err
	}
	out, random := onlinesink.New(online.New(opt.Online, nil)), rand.New(rand.NewPCG(1, 50))
	for _, v := range set.Views {
		use, err := set.SelectView(v)
		if err != nil {
			return err
		}
		batch, err := rows(use, random, r.Keys)
		if err != nil {
			return err
		}
		if _, err := out.Write(ctx, v.Table(activity.Project), batch); err != nil {
			return err
		}
	}
	return os.WriteFile(mark, nil, 0o644)
}

// rows returns a row for every key.
func rows(use *feature.Use, r *rand.Rand, keys int) (*sink.Rows, error) {
	out := &sink.Rows{Use: use, Snapshot: written}
	for _, f := range use.Fields {
		out.Fields = append(out.Fields, value.NewColumn(f.Type, keys))
	}
	for k := range keys {
		key, err := value.AppendKey(nil, []value.Value{value.OfInt64(int64(k))})
		if err != nil {
			return nil, err
		}
		at := written - eventtime.Instant(r.IntN(1e9)*1000)
		out.Encoded, out.Event, out.Created = append(out.Encoded, key), append(out.Event, at), append(out.Created, at)
		for i, c := range out.Fields {
			switch use.Fields[i].Type.Kind {
			case value.Float64:
				c.Append(value.OfFloat64(math.Round(r.Float64()*1e6) / 1e3))
			case value.Float32:
				c.Append(value.OfFloat32(float32(r.IntN(10_000)) / 4))
			case value.Int64:
				c.Append(value.OfInt64(r.Int64N(1e6)))
			case value.Bool:
				c.Append(value.OfBool(r.IntN(2) == 0))
			default:
				c.Append(value.OfString(fmt.Sprintf("cat_%04d", r.IntN(10_000))))
			}
		}
	}
	return out, nil
}

// KeysOf returns the keys of each of some hundred requests of so many entities.
func (r *Repository) KeysOf(rows int) [][]int {
	random := rand.New(rand.NewPCG(5, uint64(rows)))
	out := make([][]int, distinct)
	for i := range out {
		for range rows {
			out[i] = append(out[i], random.IntN(r.Keys))
		}
	}
	return out
}

// OfService is what a request says that asks for the features of a service.
func OfService(name string) string { return `"feature_service":"` + name + `"` }

// Body returns a request for keys of an entity; asked says for what, such as OfService.
func Body(asked, entity string, keys []int) []byte {
	body := []byte(`{` + asked + `,"entities":{"` + entity + `":[`)
	for i, k := range keys {
		if i > 0 {
			body = append(body, ',')
		}
		body = strconv.AppendInt(body, int64(k), 10)
	}
	return append(body, `]}}`...)
}

// Entities returns keys as the entity columns of a request.
func Entities(keys []int) []input.Column {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = strconv.Itoa(k)
	}
	return []input.Column{input.FromTexts(activity.Key, texts)}
}
