package redisonline_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/redisonline"
	"github.com/truepoint/truepoint/value"
)

func versionAt(event int64) value.Version { return onlinetest.At(eventtime.Instant(event)) }

// tried opens a driver and returns what it warned of.
func tried(t testing.TB, topology redisonline.Topology, connection string, opt redisonline.Options) (warnings []string, err error) {
	t.Helper()
	a, err := redisonline.Parse(topology, connection, nil)
	if err != nil {
		return nil, err
	}
	opt.Warn = func(e *errs.Error) { warnings = append(warnings, e.Message+" | "+e.Hint) }
	d, err := redisonline.Open(context.Background(), a, &opt)
	if err == nil {
		err = d.Close()
	}
	return warnings, err
}

// refused fails unless opening fails with a code, and with a hint that contains part.
func refused(t testing.TB, err error, code errs.Code, part string) {
	t.Helper()
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Hint, part) {
		t.Errorf("got %v (%v), want %v with a hint of %q", err, errs.CodeOf(err), code, part)
	}
}

func TestServersThatDropRowsAreRefusedOrWarnedOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		policy, memory string
		ttl            eventtime.Duration
		refused        bool
		warning        string
	}{
		{"noeviction", "100mb", 0, false, ""},
		{"allkeys-lru", "100mb", 0, true, ""},
		{"allkeys-random", "0", 0, false, "if it had a maxmemory"},
		{"volatile-lru", "100mb", 0, false, ""},
		{"volatile-lru", "100mb", eventtime.Day, false, "before their time"},
	} {
		s := redistest.Start(t, "--maxmemory-policy", tt.policy, "--maxmemory", tt.memory, "--appendonly", "yes")
		warnings, err := tried(t, redisonline.Single, s.Address, redisonline.Options{KeyTTL: tt.ttl})
		switch {
		case tt.refused:
			refused(t, err, errs.FailedPrecondition, "noeviction")
		case err != nil:
			t.Errorf("%s, maxmemory %s: %v", tt.policy, tt.memory, err)
		case (tt.warning == "") != (len(warnings) == 0) || !strings.Contains(strings.Join(warnings, "\n"), tt.warning):
			t.Errorf("%s, maxmemory %s, ttl %v: warnings %q, want %q", tt.policy, tt.memory, tt.ttl, warnings, tt.warning)
		}
	}
}

func TestAWriterIsWarnedOfAServerWithoutALog(t *testing.T) {
	t.Parallel()
	var warnings []string
	d := open(t, redisonline.Single, redistest.Database(t), &redisonline.Options{Warn: func(e *errs.Error) { warnings = append(warnings, e.Message) }})
	defer d.Close()
	stored := cells(t, 3, 5, "payload")
	if err := d.GetBatch(t.Context(), request(stored, "p/v/1")); err != nil || len(warnings) > 0 {
		t.Errorf("a reader: %q, %v", warnings, err)
	}
	put(t, d, "p/v/1", stored)
	put(t, d, "p/v/1", stored)
	if len(warnings) != 1 || !strings.Contains(warnings[0], "appendonly") {
		t.Errorf("a writer: %q", warnings)
	}
}

func TestTopologiesThatAreNotSaidAreRefused(t *testing.T) {
	t.Parallel()
	single, cluster, sentinel := redistest.Address(t, redistest.Single), redistest.Address(t, redistest.Cluster), redistest.Address(t, redistest.Sentinel)
	one, _, _ := strings.Cut(cluster, ",")
	watcher, _, _ := strings.Cut(sentinel, ",")
	for _, tt := range []struct {
		topology redisonline.Topology
		address  string
		code     errs.Code
		hint     string
	}{
		{redisonline.Single, one, errs.FailedPrecondition, "redis_type: redis_cluster"},
		{redisonline.Cluster, single, errs.FailedPrecondition, "redis_type: redis"},
		{redisonline.Sentinel, single, errs.FailedPrecondition, "sentinels"},
		{redisonline.Single, watcher, errs.FailedPrecondition, "redis_type: redis_sentinel"},
		{redisonline.Single, cluster, errs.InvalidArgument, "redis_cluster"},
		{redisonline.Cluster, cluster + ",db=1", errs.InvalidArgument, "key_prefix"},
		{redisonline.Single, "127.0.0.1:1", errs.Unavailable, "address"},
		{redisonline.Cluster, "127.0.0.1:1", errs.Unavailable, "address"},
		{redisonline.Sentinel, "127.0.0.1:1", errs.Unavailable, "address"},
	} {
		_, err := tried(t, tt.topology, tt.address, redisonline.Options{})
		t.Logf("%s at %s: %v", tt.topology, tt.address, err)
		refused(t, err, tt.code, tt.hint)
	}
	a, err := redisonline.Parse(redisonline.Sentinel, sentinel, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Master = "other"
	_, err = redisonline.Open(t.Context(), a, nil)
	refused(t, err, errs.FailedPrecondition, "sentinel_master")
}

func TestKeysOfSomebodyElseAreRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ command, hint string }{
		{"SET tp{}format 2", "release"},
		{"SET tp{}format hello", "key_prefix"},
		{"HSET tp{}format a b", "key_prefix"},
		{"SET tp{}tables x", "key_prefix"},
	} {
		address := redistest.Database(t)
		c := redistest.Connect(t, address)
		words := strings.Fields(tt.command)
		if err := c.Do(t.Context(), c.B().Arbitrary(words...).Build()).Error(); err != nil {
			t.Fatal(err)
		}
		_, err := tried(t, redisonline.Single, address, redisonline.Options{})
		refused(t, err, errs.FailedPrecondition, tt.hint)
		if n, err := c.Do(t.Context(), c.B().Dbsize().Build()).AsInt64(); n != 1 || err != nil {
			t.Errorf("%s: %d keys are there now (%v)", tt.command, n, err)
		}
	}
}

func TestAStoredValueThatIsNoRowIsNotOverwritten(t *testing.T) {
	t.Parallel()
	address := redistest.Database(t)
	d := open(t, redisonline.Single, address, nil)
	defer d.Close()
	c := redistest.Connect(t, address)
	stored := cells(t, 2, 5, "payload")
	for i, command := range []string{"SET", "RPUSH"} {
		if err := c.Do(t.Context(), c.B().Arbitrary(command).Keys(d.Key("p/v/1", stored[i].Key)).Args("x").Build()).Error(); err != nil {
			t.Fatal(err)
		}
		_, err := d.PutBatch(t.Context(), "p/v/1", stored[i:i+1])
		if want := []errs.Code{errs.DataLoss, errs.FailedPrecondition}[i]; errs.CodeOf(err) != want {
			t.Errorf("over a value by %s: got %v, want %v", command, err, want)
		}
	}
}

func TestMissingRightsAreTold(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	c := redistest.Connect(t, s.Address)
	users := map[string]string{
		"writer": "~tp{}* +@read +@connection +@write +eval +evalsha +info +cluster", "server": "~tp{}* +@read +@connection", "stranger": "~other* +@all",
	}
	for name, rights := range users {
		if err := c.Do(t.Context(), c.B().Arbitrary(append([]string{"ACL", "SETUSER", name, "on", ">secret"}, strings.Fields(rights)...)...).Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	stored := cells(t, 300, 5, "payload")
	writer := open(t, redisonline.Single, s.Address+",username=writer,password=secret", nil)
	defer writer.Close()
	put(t, writer, "p/v/1", stored)
	put(t, writer, "p/v/1", cells(t, 300, 6, "payload"))
	if err := writer.Drop(t.Context(), "p/v/1"); err != nil {
		t.Errorf("the rights of the hint do not suffice to drop: %v", err)
	}
	put(t, writer, "p/v/1", stored)

	server := open(t, redisonline.Single, s.Address+",username=server,password=secret", nil)
	defer server.Close()
	asked := request(stored, "p/v/1")
	if err := server.GetBatch(t.Context(), asked); err != nil || asked[0].Rows[299] == nil {
		t.Errorf("a user who may read: %v", err)
	}
	_, err := server.PutBatch(t.Context(), "p/v/1", stored)
	refused(t, err, errs.PermissionDenied, "ACL SETUSER")
	_, err = tried(t, redisonline.Single, s.Address+",username=stranger,password=secret", redisonline.Options{})
	refused(t, err, errs.PermissionDenied, "ACL SETUSER")
	_, err = tried(t, redisonline.Single, s.Address+",username=writer,password=wrong", redisonline.Options{})
	refused(t, err, errs.Unauthenticated, "username")
	if err != nil && strings.Contains(err.Error(), "wrong") {
		t.Errorf("the error shows the password: %v", err)
	}
	protected := redistest.Start(t, "--requirepass", "secret")
	_, err = tried(t, redisonline.Single, protected.Address, redisonline.Options{})
	refused(t, err, errs.Unauthenticated, "password")
	if _, err = tried(t, redisonline.Single, protected.Address+",password=secret", redisonline.Options{}); err != nil {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	redistest.Address(t, redistest.Single)
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
	}
	if err := os.WriteFile(path("names"), []byte("subjectAltName=DNS:redis.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("req", "-new", "-x509", "-days", "2", "-nodes", "-subj", "/CN=test-ca", "-out", path("ca.crt"), "-keyout", path("ca.key"))
	run("req", "-new", "-nodes", "-subj", "/CN=redis", "-out", path("s.csr"), "-keyout", path("s.key"))
	run("x509", "-req", "-in", path("s.csr"), "-CA", path("ca.crt"), "-CAkey", path("ca.key"), "-CAcreateserial", "-days", "2", "-out", path("s.crt"), "-extfile", path("names"))
	secure := redistest.StartTLS(t, "--tls-cert-file", path("s.crt"), "--tls-key-file", path("s.key"), "--tls-ca-cert-file", path("ca.crt"))
	for _, tt := range []struct {
		parameters string
		works      bool
	}{
		{",ssl=true,ssl_ca_certs=" + path("ca.crt") + ",ssl_check_hostname=false,ssl_certfile=" + path("s.crt") + ",ssl_keyfile=" + path("s.key"), true},
		{",ssl=true,ssl_cert_reqs=none,ssl_certfile=" + path("s.crt") + ",ssl_keyfile=" + path("s.key"), true},
		{",ssl=true,ssl_ca_certs=" + path("ca.crt") + ",ssl_certfile=" + path("s.crt") + ",ssl_keyfile=" + path("s.key"), false}, // another name
		{",ssl=true,ssl_check_hostname=false,ssl_certfile=" + path("s.crt") + ",ssl_keyfile=" + path("s.key"), false},            // unknown authority
		{",ssl=true,ssl_ca_certs=" + path("ca.crt") + ",ssl_check_hostname=false", false},                                        // no certificate of the client
		{"", false},
	} {
		_, err := tried(t, redisonline.Single, secure.Address+tt.parameters, redisonline.Options{})
		if (err == nil) != tt.works {
			t.Errorf("%q: %v", tt.parameters, err)
		}
		if err != nil && errs.CodeOf(err) != errs.Unavailable {
			t.Errorf("%q: got %v, want unavailable", tt.parameters, errs.CodeOf(err))
		}
		if !tt.works {
			continue
		}
		d := hurried{open(t, redisonline.Single, secure.Address+tt.parameters, nil)}
		put(t, d, "p/v/1", cells(t, 10, 5, "payload"))
		wantRows(t, d, "p/v/1", cells(t, 10, 5, "payload"))
		if n := d.Lanes(); n != 1 {
			t.Errorf("%q: %d lanes are idle after a reading, want 1", tt.parameters, n)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestCellsAreKeptForAsLongAsTheirViewNeeds(t *testing.T) {
	t.Parallel()
	const day = eventtime.Day
	for _, tt := range []struct {
		setting, ttl     eventtime.Duration
		rows, tombstones int64 // seconds; −1 for ever
	}{
		{0, 7 * day, -1, -1}, {3600 * eventtime.Second, 0, -1, -1},
		{3600 * eventtime.Second, 7 * day, 8 * 86400, 30 * 86400}, {90 * day, 7 * day, 90 * 86400, 90 * 86400},
		{3600 * eventtime.Second, 60 * day, 61 * 86400, 61 * 86400},
	} {
		address := redistest.Database(t)
		var warnings []string
		d := open(t, redisonline.Single, address, &redisonline.Options{KeyTTL: tt.setting, Warn: func(e *errs.Error) { warnings = append(warnings, e.Message) }})
		c := redistest.Connect(t, address)
		first := cells(t, 100, 5, "payload") // enough to be written as new ones
		first[0].Row = value.AppendTombstone(nil, versionAt(5))
		second := cells(t, 100, 6, "payload")
		second[0].Row = value.AppendTombstone(nil, versionAt(6))
		for i, batch := range [][]online.Cell{first, second, second[:2]} {
			if _, err := d.PutFor(t.Context(), "p/v/1", batch, online.KeepOf(tt.ttl)); err != nil {
				t.Fatal(err)
			}
			for n, want := range map[int]int64{0: tt.tombstones, 1: tt.rows} {
				got, err := c.Do(t.Context(), c.B().Ttl().Key(d.Key("p/v/1", batch[n].Key)).Build()).AsInt64()
				if err != nil || got > want || got < want-60 {
					t.Errorf("setting %v, ttl %v, batch %d, cell %d: kept for %d s, want %d (%v)", tt.setting, tt.ttl, i, n, got, want, err)
				}
			}
		}
		raised := 0
		for _, w := range warnings {
			if strings.Contains(w, "key_ttl_seconds") {
				raised++
			}
		}
		if want := tt.setting > 0 && tt.ttl > 0 && tt.setting < tt.ttl+day; (raised == 1) != want {
			t.Errorf("setting %v, ttl %v: %d warnings in %q", tt.setting, tt.ttl, raised, warnings)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}
