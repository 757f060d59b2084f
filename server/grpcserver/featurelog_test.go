package grpcserver_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/metadata"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/featurelog"
	"github.com/truepoint/truepoint/server/grpcserver"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// A counter counts online reads as text.
type counter struct {
	mu   sync.Mutex
	seen []string
}

func (c *counter) Observe(err error, r *serving.Rendering, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.seen = append(c.seen, errs.CodeOf(err).String())
		return
	}
	text := r.Service
	views, cells := r.Counts()
	for v, view := range views {
		for st, n := range cells[v] {
			if n > 0 {
				text += fmt.Sprintf(" %s %s %d", view, value.Status(st), n)
			}
		}
	}
	c.seen = append(c.seen, text)
}

// rowsOf returns the rows of a log as "request keys view:feature value status".
func rowsOf(t *testing.T, dir string) (rows []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := drivers.ReadTable(t.Context(), path, nil)
		if err != nil {
			return err
		}
		for i := range b.Rows {
			text := ""
			for _, name := range []string{"request_id", "keys", "view", "feature", "value", "status"} {
				text += b.Column(name).At(i).Text() + " "
			}
			rows = append(rows, text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAnswersAreLoggedExactlyAndCounted(t *testing.T) {
	t.Parallel()
	dir, count := t.TempDir(), &counter{}
	l, err := featurelog.Open(&featurelog.Options{Dir: dir, Sample: 1, Clock: func() eventtime.Instant { return now }})
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, &grpcserver.Options{FeatureLog: l, Observer: count})
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-request-id", "id")
	features := []string{"txn:cnt", "txn:avg", "txn:seen", "txn:tags"}
	if _, err := f.feast.GetOnlineFeatures(ctx, &servingpb.GetOnlineFeaturesRequest{Kind: refs(features...), Entities: users(1, 2, 3)}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.own.GetOnline(ctx, &truepointv1.GetOnlineRequest{Features: features, Entities: []*truepointv1.Column{longs("user_id", 1, 2, 3)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.own.GetOnline(ctx, &truepointv1.GetOnlineRequest{FeatureService: "svc", Entities: []*truepointv1.Column{longs("user_id", 4)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.own.GetOnline(ctx, &truepointv1.GetOnlineRequest{FeatureService: "none"}); err == nil {
		t.Error("an unknown service was answered")
	}
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`id {"user_id":1} txn cnt 9007199254740993 PRESENT `, `id {"user_id":1} txn avg -0.0 PRESENT `, `id {"user_id":1} txn seen "2026-11-22T12:51:22Z" PRESENT `, `id {"user_id":1} txn tags ["a","b"] PRESENT `,
		`id {"user_id":2} txn cnt null NULL_VALUE `, `id {"user_id":2} txn avg "NaN" PRESENT `, `id {"user_id":2} txn seen null NULL_VALUE `, `id {"user_id":2} txn tags null NULL_VALUE `,
		`id {"user_id":3} txn cnt null OUTSIDE_MAX_AGE `, `id {"user_id":3} txn avg null OUTSIDE_MAX_AGE `, `id {"user_id":3} txn seen null OUTSIDE_MAX_AGE `, `id {"user_id":3} txn tags null OUTSIDE_MAX_AGE `,
	}
	want = append(slices.Concat(want, want), `id {"user_id":4} txn cnt null NOT_FOUND `, `id {"user_id":4} txn country null NOT_FOUND `)
	if got := rowsOf(t, dir); !slices.Equal(got, want) {
		t.Errorf("logged are\n%q\nwant\n%q", got, want)
	}
	all := " txn PRESENT 5 txn NULL_VALUE 3 txn OUTSIDE_MAX_AGE 4"
	if want := []string{all, all, "svc txn NOT_FOUND 2", "not_found"}; !slices.Equal(count.seen, want) {
		t.Errorf("counted are %q, want %q", count.seen, want)
	}
}
