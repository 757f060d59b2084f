package dynamodbonline

import (
	"strings"
	"testing"
)

func TestNamesOfTables(t *testing.T) {
	t.Parallel()
	const usual = "{project}.{table_name}"
	for _, tt := range []struct {
		template, table, want string
		hashed                bool
	}{
		{usual, "p/driver_stats/1", "p.driver_stats.1", false},
		{"feast_online_{project}_{table}", "shop/v/12", "feast_online_shop_v.12", false},
		{usual, "p/V/1", "p.V.1-", true},
		{usual, "p.a/b/1", "p.a.b.1-", true},
		{usual, "p/v", "p.v.-", true},
	} {
		got := physical(tt.template, tt.table)
		if got != tt.want && !(tt.hashed && strings.HasPrefix(got, tt.want) && len(got) == len(tt.want)+16) {
			t.Errorf("%s of %s: got %s, want %s", tt.template, tt.table, got, tt.want)
		}
	}
	seen := map[string]string{}
	for _, table := range []string{"p/a/1", "p/A/1", "p.a/1/1", "p/a.1/1", "p/a 1/1", "p/a_1/1", "p/ä/1", "p/ö/1", strings.Repeat("n", 512), strings.Repeat("n", 511), "x", ""} {
		got := physical(usual, table)
		if clean(got) != got || len(got) < nameLeast || len(got) > nameMost {
			t.Errorf("%.20q: %q is no name", table, got)
		}
		if before, twice := seen[strings.ToLower(got)]; twice {
			t.Errorf("%.20q and %.20q are both %q", before, table, got)
		}
		seen[strings.ToLower(got)] = table
	}
}

// The bucket of a key is part of format 1.
func TestBucketsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]byte{"": 0, "a": 0x3a, "123456789": 0x32} { // CRC-32 e8b7be43 and cbf43926
		if got := bucket([]byte(key)); len(got) != 1 || got[0] != want {
			t.Errorf("%q: got %x, want %02x", key, got, want)
		}
	}
}
