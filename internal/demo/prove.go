package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
	"github.com/truepoint/truepoint/state/memstate"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// Size of the proof.
const (
	entityCount   = 2500
	batchEntities = 500
	statusLeast   = 100 // cells of each status that a proof must have seen
)

// A report counts cells. A cell agrees when status, value (bit for bit) and event time are the same on both sides.
type report struct {
	entities, features int
	cells, agreed      int
	asOf               string
	statuses           map[string]int // of the offline side
	differences        []string       // at most 20
}

func statusNames() []string {
	return []string{"PRESENT", "NULL_VALUE", "NOT_FOUND", "OUTSIDE_MAX_AGE"}
}

// check returns an error unless every cell agreed and every status was seen often enough; it names the first cell that
// differs.
func (r *report) check() error {
	if r.agreed != r.cells {
		first, _, _ := strings.Cut(r.differences[0], "\n")
		return fmt.Errorf("cells that differ: %d of %d, the first is %s", r.cells-r.agreed, r.cells, first)
	}
	for _, name := range statusNames() {
		if r.statuses[name] < statusLeast {
			return fmt.Errorf("the proof saw %d cells of %s, fewer than %d", r.statuses[name], name, statusLeast)
		}
	}
	return nil
}

// An answer is the body of POST /v1/online.
type answer struct {
	AsOf    string `json:"as_of"`
	Results []struct {
		Name     string            `json:"name"`
		Values   []json.RawMessage `json:"values"`
		Statuses []string          `json:"statuses"`
		Events   []*string         `json:"event_timestamps"`
	} `json:"results"`
}

// prove reads entities over HTTP in batches and compares each with the naive join at the moment that its answer names.
func prove(ctx context.Context, s *stage, srv *server) (*report, error) {
	store, err := offlineStore(ctx, s.dir)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	r := &report{entities: entityCount, statuses: map[string]int{}}
	var online []answer
	keys := [2][]string{}
	asOf := []eventtime.Instant{}
	for lo := 0; lo < entityCount; lo += batchEntities {
		users, merchants := entities(lo, min(lo+batchEntities, entityCount))
		b, err := srv.post(ctx, "/v1/online", map[string]any{
			"entities": map[string][]string{"user_id": users, "merchant_id": merchants}, "feature_service": service})
		if err != nil {
			return nil, err
		}
		var a answer
		if err := json.Unmarshal(b, &a); err != nil {
			return nil, err
		}
		at, err := eventtime.Parse(a.AsOf, nil)
		if err != nil {
			return nil, err
		}
		for range users {
			asOf = append(asOf, at)
		}
		online, r.asOf = append(online, a), a.AsOf
		keys[0], keys[1] = append(keys[0], users...), append(keys[1], merchants...)
	}
	offline, err := store.Historical(ctx, &truepoint.HistoricalRequest{Spine: spineOf(keys, asOf), Service: service, Engine: historical.Naive})
	if err != nil {
		return nil, err
	}
	r.features = len(offline.Features)
	return r, r.compare(offline, online, keys)
}

// entities returns users and merchants lo ≤ i < hi of the proof: every eighth user, unknown ones among them.
func entities(lo, hi int) (users, merchants []string) {
	for i := lo; i < hi; i++ {
		user := fmt.Sprintf("user_%04d", 1+i*8%20000)
		if i%50 == 49 {
			user = fmt.Sprintf("nobody_%d", i)
		}
		users = append(users, user)
		merchants = append(merchants, fmt.Sprintf("merch_%04d", 1+i%2000))
	}
	if lo == 0 {
		users[0], merchants[0] = "user_001", "merch_100"
	}
	return users, merchants
}

func spineOf(keys [2][]string, asOf []eventtime.Instant) *value.Batch {
	b := &value.Batch{}
	for i, name := range []string{"user_id", "merchant_id"} {
		c := value.NewColumn(value.Scalar(value.String), len(keys[i]))
		for _, k := range keys[i] {
			c.Append(value.OfString(k))
		}
		b.Add(name, c)
	}
	c := value.NewColumn(value.Scalar(value.UnixTimestamp), len(asOf))
	for _, at := range asOf {
		c.Append(value.OfInstant(at))
	}
	b.Add(historical.DefaultTimeColumn, c)
	return b
}

// offlineStore opens the registry and the files of a repository, and nothing that the server writes.
func offlineStore(ctx context.Context, dir string) (*truepoint.Store, error) {
	reg, err := sqliteregistry.Open(ctx, filepath.Join(dir, "data", "registry.db"))
	if err != nil {
		return nil, err
	}
	return truepoint.New(&truepoint.Options{Project: "fraud_detection", Registry: reg, State: memstate.New(),
		Offline: fileoffline.New(dir, nil), Online: memonline.New(), Clock: now})
}

// compare counts agreement cell by cell.
func (r *report) compare(offline *truepoint.HistoricalResult, online []answer, keys [2][]string) error {
	for f, feature := range offline.Features {
		column := offline.Batch.Column(feature.Name)
		for i := range column.Len() {
			got := online[i/batchEntities].Results[f]
			j := i % batchEntities
			want := cell{feature.Status[i].String(), column.At(i), feature.Event[i]}
			v, err := jsonvalue.Parse(got.Values[j], feature.Field.Type)
			if err != nil {
				return err
			}
			have := cell{got.Statuses[j], v, eventtime.None}
			if got.Events[j] != nil {
				if have.event, err = eventtime.Parse(*got.Events[j], nil); err != nil {
					return err
				}
			}
			r.count(want, have, fmt.Sprintf("%s:%s of user_id=%s, merchant_id=%s", feature.View, feature.Name, keys[0][i], keys[1][i]))
		}
	}
	return nil
}

// A cell is one value with its status and the event time of its row.
type cell struct {
	status string
	value  value.Value
	event  eventtime.Instant
}

func (c cell) String() string {
	return fmt.Sprintf("%s %s at %s", jsonvalue.AppendOwn(nil, c.value), c.status, c.event)
}

func (r *report) count(want, have cell, name string) {
	r.cells++
	r.statuses[want.status]++
	sameEvent := want.event == have.event || want.status == "NOT_FOUND"
	if want.status == have.status && want.value.Identical(have.value) && sameEvent {
		r.agreed++
		return
	}
	if len(r.differences) < 20 {
		r.differences = append(r.differences, fmt.Sprintf("%s\n            online  %s\n            offline %s", name, have, want))
	}
}
