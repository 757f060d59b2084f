package grpcserver_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/server/grpcserver"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// described returns everything that a request says, with its columns read as three types.
func described(q *serving.Request) string {
	text := fmt.Sprintf("%q %q %v %v %q %q %v", q.Features, q.Service, q.Names, q.AsOf, q.OnError, q.Else, q.Strict)
	for _, c := range q.Entities {
		text += fmt.Sprintf("\n%q %d", c.Name, c.Len())
		for i := range c.Len() {
			for _, k := range []value.Kind{value.Int64, value.String, value.Float64} {
				v, err := c.Value(i, value.Scalar(k))
				text += fmt.Sprintf(" %v %d %q %v", v.Kind(), v.Int(), v.Text(), err)
			}
		}
	}
	return text
}

// compareReaders fails if a request that is read as a plain one is another to protobuf, and reports whether it is plain.
func compareReaders(t *testing.T, r grpcserver.Readers, b []byte) (plain bool) {
	t.Helper()
	got, plain := r.Plain(string(b))
	if !plain {
		return false
	}
	want, err := r.Any(string(b))
	if err != nil {
		t.Fatalf("%x is plain, and refused: %v", b, err)
	}
	if len(want.Features) == 0 {
		got.Features, want.Features = nil, nil
	}
	if got, want := described(&got), described(&want); got != want {
		t.Fatalf("%x is read as\n%s\nwant\n%s", b, got, want)
	}
	return true
}

// A requester draws requests.
type requester struct{ *rand.Rand }

func (r requester) text() string {
	return []string{"", "k", "user_id", "v:f", "view__f", "é", "\x80"}[r.IntN(6+r.IntN(20)/19)]
}

func (r requester) long() int64 {
	return []int64{0, 1, -1, 1<<53 + 1, -1 << 63, 127, 128}[r.IntN(7)]
}

func (r requester) own() proto.Message {
	q := &truepointv1.GetOnlineRequest{FeatureService: r.text(), FullFeatureNames: r.IntN(2) == 0, OnError: truepointv1.OnError(r.IntN(3 + r.IntN(2))), Strict: r.IntN(2) == 0}
	for range r.IntN(3) {
		q.Features = append(q.Features, r.text())
	}
	if r.IntN(3) == 0 {
		q.AsOfMicros = new(r.long())
	}
	for range r.IntN(3) {
		c := longs(r.text())
		for range r.IntN(3) {
			if r.IntN(2) == 0 {
				c.Values.Longs = append(c.Values.Longs, r.long())
			} else {
				c.Values.Texts = append(c.Values.Texts, r.text())
			}
		}
		if len(c.Values.Texts) > 0 && r.IntN(8) > 0 {
			if c.Values.Kind = truepointv1.Kind_KIND_STRING; r.IntN(8) > 0 {
				c.Values.Longs = nil
			}
		}
		if r.IntN(12) == 0 {
			c.Values.Nulls = []bool{false}
		}
		if r.IntN(20) == 0 {
			c.Values = &truepointv1.Values{Kind: truepointv1.Kind_KIND_INT32, Ints: []int32{7}}
		}
		q.Entities = append(q.Entities, c)
	}
	return q
}

func (r requester) feast() proto.Message {
	q := &servingpb.GetOnlineFeaturesRequest{FullFeatureNames: r.IntN(2) == 0, Entities: map[string]*typespb.RepeatedValue{}}
	if q.Kind = refs(r.text(), r.text()); r.IntN(2) == 0 {
		q.Kind = &servingpb.GetOnlineFeaturesRequest_FeatureService{FeatureService: r.text()}
	}
	for range r.IntN(4) {
		c := &typespb.RepeatedValue{}
		for range r.IntN(3) {
			c.Val = append(c.Val, []*typespb.Value{i64(r.long()), text(r.text()), i64(r.long()), text(r.text()), {}, f64(1)}[r.IntN(4+r.IntN(8)/7*2)])
		}
		q.Entities[r.text()] = c
	}
	if r.IntN(10) == 0 {
		q.RequestContext = column("k", 1)
	}
	return q
}

// disturb changes bytes: it appends another message, which protobuf merges, takes bytes away, or changes one.
func (r requester) disturb(b []byte, more func() proto.Message) []byte {
	switch n := r.IntN(8); {
	case n == 0:
		other, _ := proto.Marshal(more())
		return append(b, other...)
	case n == 1 && len(b) > 0:
		return slices.Delete(b, r.IntN(len(b)), len(b))
	case n == 2 && len(b) > 0:
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	}
	return b
}

// TestPlainRequestsAreReadAsProtobufReadsThem draws requests, whole, merged, cut off and damaged.
func TestPlainRequestsAreReadAsProtobufReadsThem(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := requester{rand.New(rand.NewPCG(seed, 1))}
	for name, c := range map[string]struct {
		readers grpcserver.Readers
		draw    func() proto.Message
	}{"ours": {grpcserver.OwnReaders, r.own}, "Feast's": {grpcserver.FeastReaders, r.feast}} {
		const requests = 20_000
		plain := 0
		for range requests {
			b, _ := proto.Marshal(c.draw()) // texts that are no UTF-8 are not written
			if compareReaders(t, c.readers, r.disturb(b, c.draw)) {
				plain++
			}
		}
		t.Logf("%s: %d of %d requests are plain", name, plain, requests)
		if plain < requests/4 || plain > requests*9/10 {
			t.Errorf("%s: %d of %d requests are plain: the generator is too tame", name, plain, requests)
		}
	}
}
