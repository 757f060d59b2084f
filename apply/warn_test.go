package apply_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

func TestWarnings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*feature.Set)
		want   []string // "Kind name: part of the message"
	}{
		"none": {func(*feature.Set) {}, nil},
		"two views compute the same": {
			func(s *feature.Set) {
				s.Sources = append(s.Sources, source("again"))
				s.Sources[2].Path = s.Sources[1].Path
				s.Sources[2].FieldMapping = map[string]string{"count_7d": "visits"}
				s.Views = append(s.Views, view("zz_users", "user_id", "again", field("visits", value.Int64), field("other", value.Int64)))
			},
			[]string{"FeatureView zz_users: it computes visits like view user_transactions"},
		},
		"the same column under other keys": {
			func(s *feature.Set) {
				s.Views = append(s.Views, view("zz_users", "merchant_id", "transactions", field("count_7d", value.Int64)))
			}, nil,
		},
		"ttl below twice the schedule": {
			func(s *feature.Set) { s.Views[1].Schedule, s.Views[1].TTL = "1d", 2*eventtime.Day-1 },
			[]string{"FeatureView user_transactions: is less than twice its schedule (1d)"},
		},
		"ttl of twice the schedule": {
			func(s *feature.Set) { s.Views[1].Schedule, s.Views[1].TTL = "1d", 2*eventtime.Day }, nil,
		},
		"ttl below twice a cron line": {
			func(s *feature.Set) { s.Views[1].Schedule, s.Views[1].TTL = "0 3 * * 1", 7*eventtime.Day },
			[]string{"FeatureView user_transactions: is less than twice its schedule (0 3 * * 1)"},
		},
		"no ttl": {func(s *feature.Set) { s.Views[1].Schedule, s.Views[1].TTL = "1d", 0 }, nil},
		"no created time": {
			func(s *feature.Set) { s.Sources[1].CreatedTimestampColumn = "" },
			[]string{"DataSource transactions: an incremental run of user_transactions cannot see rows"},
		},
		"no created time, never materialized": {
			func(s *feature.Set) { s.Sources[1].CreatedTimestampColumn, s.Views[1].Online = "", false }, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wanted := fraud()
			c.change(wanted)
			got := newWorld(t).plan(wanted).Warnings
			if len(got) != len(c.want) {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			for i, want := range c.want {
				subject, part, _ := strings.Cut(want, ": ")
				if text := got[i].String(); !strings.HasPrefix(text, subject+": ") || !strings.Contains(text, part) {
					t.Errorf("got %q, want %q", text, want)
				}
			}
		})
	}
}

func TestWarningsStayAfterApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := fraud()
	wanted.Sources[1].CreatedTimestampColumn = ""
	first := w.apply(wanted)
	if again := w.plan(wanted); !slices.Equal(again.Warnings, first.Warnings) {
		t.Errorf("got %v, want %v", again.Warnings, first.Warnings)
	}
}
