package redisonline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online/redisonline"
)

func TestParseReadsFeastsForm(t *testing.T) {
	t.Parallel()
	a, err := redisonline.Parse(redisonline.Cluster, "redis-1.internal:6379, redis-2.internal:6380,[::1]:6381,bare,password=s3=cret,ssl=True,username=me,socket_timeout=0.5,decode_responses=true,db=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"redis-1.internal:6379", "redis-2.internal:6380", "[::1]:6381", "bare:6379"}; !slices.Equal(a.Hosts, want) {
		t.Errorf("hosts %q, want %q", a.Hosts, want)
	}
	if a.Password != "s3=cret" || a.Username != "me" || !a.Secure || a.AnyServer || a.AnyName || a.Timeout != 500*time.Millisecond || a.DB != 0 {
		t.Errorf("got %+v", a)
	}
	a, err = redisonline.Parse(redisonline.Sentinel, `s1,s2:26380,password="quoted",db=3`, map[string]string{"password": "with, comma", "ssl": "false"})
	if err != nil || !slices.Equal(a.Hosts, []string{"s1:26379", "s2:26380"}) || a.Password != "with, comma" || a.DB != 3 || a.Secure {
		t.Errorf("got %+v, %v", a, err)
	}
	if a, err = redisonline.Parse("", "", nil); err != nil || a.Topology != redisonline.Single || len(a.Hosts) != 0 {
		t.Errorf("nothing: got %+v, %v", a, err)
	}
}

func TestBadInput_99_redis_connection_strings(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"redis://localhost:6379": "host:port", "localhost:port": "host:port", "localhost:0": "host:port", "localhost:70000": "host:port", ":6379": "host:port",
		"user:hunter2@host:6379": "host:port", "h:6379,db=x": "db=0", "h:6379,ssl=maybe": "ssl=true", "h:6379,pasword=hunter2": "password", "h:6379,password=hunter2,x,y z": "redis_type",
		"h:6379,socket_timeout=-1": "host:port", "h:6379,socket_timeout=1e300": "host:port",
		"a:1,b:2": "redis_cluster",
	} {
		_, err := redisonline.Parse(redisonline.Single, text, nil)
		if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), hint) && !strings.Contains(text, "y z") {
			t.Errorf("%s: got %v, want a hint of %q", text, err, hint)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows the password: %v", text, err)
		}
	}
}

func TestBadInput_99_redis_certificates_that_are_not_there(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ssl_ca_certs", "ssl_certfile"} {
		a, err := redisonline.Parse(redisonline.Single, "127.0.0.1:1,"+name+"=/none", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = redisonline.Open(t.Context(), a, nil)
		refused(t, err, errs.InvalidArgument, name)
	}
}
