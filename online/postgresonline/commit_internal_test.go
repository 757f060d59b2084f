package postgresonline

import "testing"

func TestCommitLevelIsRaisedWhereTheServersIsTooLow(t *testing.T) {
	t.Parallel()
	for level, want := range map[string][2]string{ // without and with standbys
		"off": {"local", "on"}, "local": {"", "on"}, "remote_write": {"", "on"}, "on": {"", ""}, "remote_apply": {"", ""},
	} {
		if got := [2]string{commitLevel(level, false), commitLevel(level, true)}; got != want {
			t.Errorf("%s: got %q, want %q", level, got, want)
		}
	}
}
