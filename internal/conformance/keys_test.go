package conformance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/value"
)

// keyTypes are the types that a join key may have, each with JSON of keys that are easily taken for one another.
func keyTypes() map[value.Kind][]string {
	return map[value.Kind][]string{
		value.String: {`""`, `" "`, `"a"`, `"A"`, `"a "`, `"a\n"`, `"a\u0000"`, `"\u0000"`, `"1"`, `"01"`, `"null"`, `"é"`, "\"e\u0301\"", `"\uffff"`, `"😀"`, `"a/b.c|d:{e}*?[f]"`, `"` + strings.Repeat("x", 900) + `"`},
		value.Int64:  {`0`, `1`, `-1`, `256`, `9007199254740992`, `9007199254740993`, `-9007199254740993`, `9223372036854775807`, `-9223372036854775808`},
		value.Int32:  {`0`, `1`, `-1`, `65536`, `2147483647`, `-2147483648`},
		value.Bytes:  {`""`, `"AA=="`, `"AAA="`, `"/w=="`, `"YQ=="`, `"AQ=="`},

		value.UnixTimestamp: {`0`, `-1`, `1`, `1795564800`},
		value.Uuid:          {`"00000000-0000-0000-0000-000000000000"`, `"00000000-0000-0000-0000-000000000001"`, `"01000000-0000-0000-0000-000000000000"`},
		value.Bool:          {`true`, `false`},
	}
}

// keysSet has a view of each type of key, which can be pushed to.
func keysSet() *definitions {
	set := storetest.Set("")
	set.Entities, set.Sources, set.Views = nil, nil, nil
	for kind := range keyTypes() {
		name := strings.ToLower(value.Scalar(kind).String())
		set.Entities = append(set.Entities, &feature.Entity{Name: name, JoinKeys: []string{name}, ValueType: value.Scalar(kind)})
		set.Sources = append(set.Sources, &feature.Source{Name: "src_" + name, Type: feature.FileSource, Path: name, TimestampField: "event"},
			&feature.Source{Name: "p_" + name, Type: feature.PushSource, BatchSource: "src_" + name})
		set.Views = append(set.Views, &feature.View{Name: "of_" + name, Entities: []string{name}, Source: "p_" + name, Online: true, Schema: []feature.Field{{Name: "n", Type: value.Scalar(value.Int64)}}})
	}
	return set
}

func TestEveryStoreKeepsKeysApart(t *testing.T) {
	t.Parallel()
	onEveryStore(t, keysSet, func(s *stack) {
		for kind, keys := range keyTypes() {
			name := strings.ToLower(value.Scalar(kind).String())
			var numbers, events, want []string
			for i := range keys {
				numbers, events = append(numbers, fmt.Sprint(i)), append(events, `"2026-11-24T00:00:00Z"`)
				want = append(want, fmt.Sprint(i)+" PRESENT")
			}
			s.pushTo("p_"+name, map[string][]string{name: keys, "n": numbers, "event": events})
			asked := slices.Clone(keys)
			slices.Reverse(asked)
			slices.Reverse(want)
			members := `"features":["of_` + name + `:n"],"entities":{"` + name + `":[` + strings.Join(asked, ",") + `]}`
			if got := s.read(members); got != strings.Join(want, ", ") {
				s.Errorf("keys of type %s:\n got %s\nwant %s", name, got, strings.Join(want, ", "))
			}
		}
	})
}

// A key that is longer than any store keeps is refused, and one that this store may not keep is refused or kept: what is
// pushed is then read.
func TestBadInput_53_keys_that_are_too_long(t *testing.T) {
	t.Parallel()
	onEveryStore(t, keysSet, func(s *stack) {
		body := func(n int) (push, read string) {
			key := `"` + strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", n/36+1)[:n] + `"`
			return pushBody("p_string", map[string][]string{"string": {key}, "n": {"1"}, "event": {`"2026-11-24T00:00:00Z"`}}),
				`{"features":["of_string:n"],"entities":{"string":[` + key + `]}}`
		}
		for _, n := range []int{66_000, 1 << 20} {
			push, read := body(n)
			unchanged := datatest.Stores(s, s.parts)
			if status, text := s.post("/push", push); status != 400 || !strings.Contains(text, "65536") {
				s.Errorf("push of a key of %d bytes: %d %.300s", n, status, text)
			}
			if status, text := s.post("/get-online-features", read); status != 400 || !strings.Contains(text, "65536") {
				s.Errorf("read of a key of %d bytes: %d %.300s", n, status, text)
			}
			unchanged()
		}
		for _, n := range []int{900, 1_100, 2_700, 9_000, 65_000} {
			push, read := body(n)
			pushed, text := s.post("/push", push)
			if pushed != 200 && (pushed != 400 || n <= 900) {
				s.Errorf("push of a key of %d bytes: %d %.300s", n, pushed, text)
			}
			status, got := s.post("/get-online-features", read)
			want := map[int]string{200: `{"values":[1],"statuses":["PRESENT"]`, 400: `{"values":[null],"statuses":["NOT_FOUND"]`}[pushed]
			if status != 200 || !strings.Contains(got, want) {
				s.Errorf("read of a key of %d bytes, whose push had status %d: %d %.300s", n, pushed, status, got[max(0, len(got)-300):])
			}
		}
	})
}
