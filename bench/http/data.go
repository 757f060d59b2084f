package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
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
	"github.com/truepoint/truepoint/server/onlinejson"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/sink/onlinesink"
	"github.com/truepoint/truepoint/value"
)

const (
	views    = 5
	service  = "everything"
	distinct = 512 // bodies
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
	all := &feature.Service{Name: service}
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

// prepare makes the repository that is served, unless it is there.
func (b *bench) prepare(ctx context.Context) (err error) {
	mark := b.path(fmt.Sprintf("ready-%d", b.keys))
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := errors.Join(os.RemoveAll(b.data), os.MkdirAll(b.data, 0o755), os.WriteFile(b.path("feature_store.yaml"), []byte(activity.Settings), 0o644)); err != nil {
		return err
	}
	s, opt, err := activity.Open(ctx, b.data, func() eventtime.Instant { return written.Add(eventtime.Hour) })
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
	out, r := onlinesink.New(online.New(opt.Online, nil)), rand.New(rand.NewPCG(1, 50))
	for _, v := range set.Views {
		use, err := set.SelectView(v)
		if err != nil {
			return err
		}
		batch, err := rows(use, r, b.keys)
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

// keysOf returns the keys of each body.
func (b *bench) keysOf(rows int) [][]string {
	r := rand.New(rand.NewPCG(5, uint64(rows)))
	out := make([][]string, distinct)
	for i := range out {
		for range rows {
			out[i] = append(out[i], strconv.Itoa(r.IntN(b.keys)))
		}
	}
	return out
}

// bodies returns distinct requests of so many entities.
func (b *bench) bodies(rows int) [][]byte {
	var out [][]byte
	for _, keys := range b.keysOf(rows) {
		body := []byte(`{"feature_service":"` + service + `","entities":{"` + activity.Key + `":[`)
		for i, k := range keys {
			if i > 0 {
				body = append(body, ',')
			}
			body = append(body, k...)
		}
		out = append(out, append(body, `]}}`...))
	}
	return out
}

// check compares every answer of the server, cold and warm, with what the engines of this repository answer without what
// makes the server fast, and returns the length of one.
func (b *bench) check(ctx context.Context, url string, bodies [][]byte) (size int, err error) {
	dir, err := filepath.Abs(b.data)
	if err != nil {
		return 0, err
	}
	s, _, err := activity.Open(ctx, dir, func() eventtime.Instant { return written.Add(eventtime.Hour) })
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for range 2 {
		for i, keys := range b.keysOf(bytes.Count(bodies[0], []byte{','})) {
			res, err := s.Online(ctx, &truepoint.OnlineRequest{Service: service, AsOf: eventtime.None, Entities: []input.Column{input.FromTexts(activity.Key, keys)}})
			if err != nil {
				return 0, err
			}
			got, err := post(ctx, url, bodies[i])
			if err != nil {
				return 0, err
			}
			if want := onlinejson.AppendFeast(nil, res); !bytes.Equal(got, want) {
				return 0, fmt.Errorf("body %d: got %.300s, want %.300s", i, got, want)
			}
			size = len(got)
		}
	}
	return size, nil
}

func post(ctx context.Context, url string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}
