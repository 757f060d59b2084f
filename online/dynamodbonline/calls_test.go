package dynamodbonline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/dynamodbtest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
)

func cells(t testing.TB, count int, payload string) []online.Cell {
	out := make([]online.Cell, count)
	for i := range out {
		out[i] = online.Cell{Key: onlinetest.IntKey(t, int64(i)), Row: onlinetest.Row(t, onlinetest.At(5), payload)}
	}
	return out
}

func put(t testing.TB, d online.Driver, table string, cells []online.Cell) {
	t.Helper()
	if _, err := d.PutBatch(context.Background(), table, cells); err != nil {
		t.Fatal(err)
	}
}

// items asks for all cells of tables.
func items(cells []online.Cell, tables ...string) []online.TableKeys {
	var out []online.TableKeys
	for _, table := range tables {
		item := online.TableKeys{Table: table, Rows: make([][]byte, len(cells))}
		for _, c := range cells {
			item.Keys = append(item.Keys, c.Key)
		}
		out = append(out, item)
	}
	return out
}

func TestOneCallReadsAHundredKeysOfAllViews(t *testing.T) {
	t.Parallel()
	proxy := dynamodbtest.NewProxy(t)
	opt := on(t)
	opt.Endpoint = proxy.Endpoint
	d := wiped(t, opt)
	stored := cells(t, 61, "payload")
	tables := []string{"p/a/1", "p/b/1", "p/c/2", "p/d/1", "p/e/1"}
	for _, table := range tables {
		put(t, d, table, stored)
	}
	asked := items(stored, append(tables, "p/a/1")...) // the last one's keys are read once
	proxy.Calls()
	if err := d.GetBatch(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	if got, want := proxy.Calls(), map[string]int{"BatchGetItem": 4}; !maps.Equal(got, want) {
		t.Errorf("5 views with 61 keys each: got calls %v, want %v", got, want)
	}
	for _, item := range asked {
		for k, row := range item.Rows {
			if !bytes.Equal(row, stored[k].Row) {
				t.Fatalf("row %d of %s is wrong", k, item.Table)
			}
		}
	}
}

func TestAWriteIsOneConditionalPutPerCell(t *testing.T) {
	t.Parallel()
	proxy := dynamodbtest.NewProxy(t)
	opt := on(t)
	opt.Endpoint = proxy.Endpoint
	d := wiped(t, opt)
	stored := cells(t, 40, "payload")
	put(t, d, "p/v/1", stored)
	proxy.Calls()
	put(t, d, "p/v/1", stored)
	if got, want := proxy.Calls(), map[string]int{"PutItem": 40}; !maps.Equal(got, want) {
		t.Errorf("got calls %v, want %v", got, want)
	}
}

// unprocessed drops half of the keys of a request, at least one kept, and adds them to the answer as unprocessed.
func unprocessed(t *testing.T, body []byte, keep func(int) int) ([]byte, *dynamodbtest.Reply) {
	var ask map[string]map[string]map[string]any
	if err := json.Unmarshal(body, &ask); err != nil {
		t.Error(err)
		return body, nil
	}
	left := map[string]any{}
	for table, k := range ask["RequestItems"] {
		keys := k["Keys"].([]any)
		n := keep(len(keys))
		rest := maps.Clone(k)
		rest["Keys"] = keys[n:]
		if n < len(keys) {
			left[table] = rest
		}
		k["Keys"] = keys[:n]
		if n == 0 {
			delete(ask["RequestItems"], table)
		}
	}
	if len(ask["RequestItems"]) == 0 {
		all, err := json.Marshal(map[string]any{"Responses": map[string]any{}, "UnprocessedKeys": left})
		if err != nil {
			t.Error(err)
		}
		return body, &dynamodbtest.Reply{Status: 200, Body: string(all)}
	}
	less, err := json.Marshal(ask)
	if err != nil {
		t.Error(err)
	}
	return less, &dynamodbtest.Reply{Edit: func(answer []byte) []byte {
		var out map[string]any
		if err := json.Unmarshal(answer, &out); err != nil {
			t.Error(err)
		}
		out["UnprocessedKeys"] = left
		b, err := json.Marshal(out)
		if err != nil {
			t.Error(err)
		}
		return b
	}}
}

func TestThrottledAndUnprocessedKeysAreReadInTheEnd(t *testing.T) {
	t.Parallel()
	proxy := dynamodbtest.NewProxy(t)
	opt := on(t)
	opt.Endpoint = proxy.Endpoint
	d := wiped(t, opt)
	stored := cells(t, 350, "payload")
	put(t, d, "p/v/1", stored)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var mu sync.Mutex
	proxy.Answer(func(operation string, body []byte) ([]byte, *dynamodbtest.Reply) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case r.IntN(10) < 3:
			return body, dynamodbtest.Throttled()
		case operation == "BatchGetItem":
			return unprocessed(t, body, func(n int) int { return (n + 1) / 2 })
		}
		return body, nil
	})
	asked := items(stored, "p/v/1")
	proxy.Calls()
	if err := d.GetBatch(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	for k, row := range asked[0].Rows {
		if !bytes.Equal(row, stored[k].Row) {
			t.Fatalf("row %d is missing or wrong", k)
		}
	}
	if calls := proxy.Calls()["BatchGetItem"]; calls < 20 || calls > 150 {
		t.Errorf("%d calls for 350 keys", calls)
	}
	res, err := d.PutBatch(t.Context(), "p/v/1", cells(t, 60, "q"))
	if err != nil || res.Written+res.Superseded != 60 {
		t.Errorf("throttled writes: %+v, %v", res, err)
	}
}

func TestKeysThatStayUnprocessedAreAnErrorNotMissing(t *testing.T) {
	t.Parallel()
	proxy := dynamodbtest.NewProxy(t)
	opt := on(t)
	opt.Endpoint, opt.Attempts = proxy.Endpoint, 3
	d := wiped(t, opt)
	stored := cells(t, 5, "payload")
	put(t, d, "p/v/1", stored)
	for name, reply := range map[string]func([]byte) ([]byte, *dynamodbtest.Reply){
		"unprocessed": func(b []byte) ([]byte, *dynamodbtest.Reply) {
			return unprocessed(t, b, func(int) int { return 0 })
		},
		"throttled": func(b []byte) ([]byte, *dynamodbtest.Reply) { return b, dynamodbtest.Throttled() },
	} {
		proxy.Answer(func(operation string, body []byte) ([]byte, *dynamodbtest.Reply) {
			if operation == "BatchGetItem" {
				return reply(body)
			}
			return body, nil
		})
		proxy.Calls()
		err := d.GetBatch(t.Context(), items(stored, "p/v/1"))
		if got := d.Code(err); got != errs.ResourceExhausted {
			t.Errorf("%s: got %v (%v), want resource_exhausted", name, got, err)
		}
		if calls := proxy.Calls()["BatchGetItem"]; calls != 3 {
			t.Errorf("%s: got %d calls, want 3", name, calls)
		}
	}
	proxy.Answer(nil)
}

func TestCellsBeyondDynamoDBsLimitsAreRefusedBeforeTheFirstWrite(t *testing.T) {
	t.Parallel()
	d := wiped(t, on(t))
	small := online.Cell{Key: []byte{1}, Row: onlinetest.Row(t, onlinetest.At(1), "x")}
	for name, c := range map[string]online.Cell{
		"a row":      {Key: []byte{2}, Row: onlinetest.Row(t, onlinetest.At(1), strings.Repeat("x", 400<<10))},
		"a sort key": {Key: append([]byte{2}, make([]byte, 1024)...), Row: small.Row},
	} {
		_, err := d.PutBatch(t.Context(), "p/v/1", []online.Cell{small, c})
		if errs.CodeOf(err) != errs.InvalidArgument || errs.All(err)[0].Hint == "" {
			t.Errorf("%s: got %v, want invalid_argument with a hint", name, err)
		}
		asked := items([]online.Cell{small, c}, "p/v/1")
		if err := d.GetBatch(t.Context(), asked); err != nil || asked[0].Rows[0] != nil || asked[0].Rows[1] != nil {
			t.Errorf("%s: reading both: %v", name, err)
		}
	}
	if names, err := d.Tables(t.Context()); err != nil || len(names) > 0 {
		t.Errorf("tables were made: %q, %v", names, err)
	}
}

func TestRemovalIsOneCallForEachCell(t *testing.T) {
	t.Parallel()
	proxy := dynamodbtest.NewProxy(t)
	opt := on(t)
	opt.Endpoint = proxy.Endpoint
	d := wiped(t, opt)
	stored := cells(t, 61, "payload")
	put(t, d, "p/a/1", stored)
	proxy.Calls()
	if n, err := d.Expire(t.Context(), "p/a/1", stored); err != nil || n != 61 {
		t.Errorf("removed %d, %v", n, err)
	}
	if got, want := proxy.Calls(), map[string]int{"DeleteItem": 61}; !maps.Equal(got, want) {
		t.Errorf("got calls %v, want %v", got, want)
	}
	left, err := d.Tables(t.Context())
	if err != nil || len(left) != 0 {
		t.Errorf("tables %v, %v: one without cells is none", left, err)
	}
}
