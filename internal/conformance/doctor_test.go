package conformance_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/cli"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/redistest"
)

// command runs a command in a directory and returns its exit status and all that it prints.
func command(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	exit := cli.Run(t.Context(), &cli.Environment{
		Args: args, Dir: dir, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Clock: func() eventtime.Instant { return now },
		Env: func(name string) (string, bool) { return "hunter2-of-environment", name == "REDIS_PASSWORD" },
	})
	return exit, out.String()
}

// What is wrong with Redis is said by doctor in its own words each, with what to do, and without the password, before anything
// was applied too.
func TestBadInput_99_doctor_tells_what_is_wrong_with_redis(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	cluster := redistest.Address(t, redistest.Cluster)
	admin := redistest.Connect(t, s.Address)
	for _, rights := range []string{"writer ~tp{}* +@read +@connection +@write +eval +evalsha +info", "stranger ~other* +@all", "blind ~tp{}* +@connection +info"} {
		args := append(strings.Fields("ACL SETUSER"), strings.Fields(strings.Replace(rights, " ", " on >hunter2 ", 1))...)
		if err := admin.Do(t.Context(), admin.B().Arbitrary(args...).Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	protected := redistest.Start(t, "--requirepass", "hunter2")
	dir := filepath.Join(t.TempDir(), "repo")
	if exit, out := command(t, filepath.Dir(dir), "init", dir, "-t", "minimal"); exit != 0 {
		t.Fatalf("init: %d %s", exit, out)
	}
	settings := filepath.Join(dir, config.FileName)
	configured := func(online string) {
		t.Helper()
		if err := os.WriteFile(settings, []byte("project: minimal\nonline_store: {type: redis, "+strings.Trim(online, "{}")+"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const asURL, unreached, unknown, rights = "host:port", "check that the servers run and the address is right", "check username and password", "ACL SETUSER"
	for _, c := range []struct{ settings, want string }{
		{"connection_string: 'redis://me:hunter2@" + s.Address + "'", asURL},
		{"connection_string: 'me:hunter2@" + s.Address + "'", asURL},
		{"connection_string: '" + s.Address + ",pasword=hunter2'", "password"},
		{"connection_string: '127.0.0.1:1,password=hunter2'", unreached},
		{"connection_string: 'no-such-host.invalid:6379,password=hunter2'", unreached},
		{"connection_string: '" + protected.Address + "'", "the server wants a password"},
		{"connection_string: '" + protected.Address + ",password=hunter2-not'", unknown},
		{"{connection_string: '" + protected.Address + "', password: '${REDIS_PASSWORD}'}", unknown},
		{"connection_string: '" + s.Address + ",username=writer,password=hunter2-not'", unknown},
		{"connection_string: '" + s.Address + ",username=nobody,password=hunter2'", unknown},
		{"connection_string: '" + s.Address + ",username=stranger,password=hunter2'", rights},
		{"connection_string: '" + s.Address + ",username=blind,password=hunter2'", rights},
		{"{redis_type: redis_cluster, connection_string: '" + cluster + ",db=1'}", "key_prefix keeps stores apart"},
		{"{redis_type: redis_cluster, connection_string: '" + s.Address + ",username=writer,password=hunter2'}", "redis_type: redis"},
		{"{redis_type: redis_sentinel, connection_string: '" + s.Address + ",password=hunter2'}", "sentinel"},
		{"connection_string: '" + strings.Split(cluster, ",")[0] + "'", "redis_type: redis_cluster"},
	} {
		configured(c.settings)
		command(t, dir, "doctor") // makes the registry's file
		unchanged := datatest.Dir(t, dir)
		exit, out := command(t, dir, "doctor", "-o", "csv")
		if found, about := finding(out); exit != 3 || !strings.Contains(found, c.want) {
			t.Errorf("%s: exit status %d, found %q of %q, want one with %q", c.settings, exit, found, about, c.want)
		}
		if strings.Contains(out, "hunter2") {
			t.Errorf("%s: the password is shown: %s", c.settings, out)
		}
		unchanged()
	}
	configured("connection_string: '" + s.Address + ",username=writer,password=hunter2'")
	if exit, out := command(t, dir, "apply"); exit != 0 {
		t.Fatalf("apply: %d %s", exit, out)
	}
	if _, out := command(t, dir, "doctor", "-o", "csv"); !strings.Contains(out, "availability,online store,pass,redis answers") {
		t.Errorf("with the rights of the hint: %s", out)
	}
}

// finding returns the line of doctor about stores that fail, and all of it.
func finding(out string) (line, all string) {
	for l := range strings.Lines(out) {
		if strings.HasPrefix(l, "availability,") && strings.Contains(l, ",fail,") {
			return l, out
		}
	}
	return "", out
}
