package redisonline

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truepoint/truepoint/errs"
)

// A Topology says how servers stand together.
type Topology string

// The topologies, by Feast's names.
const (
	Single   Topology = "redis"
	Cluster  Topology = "redis_cluster"
	Sentinel Topology = "redis_sentinel"
)

// An Address says which servers to reach and how. Its zero value is the server at localhost:6379.
type Address struct {
	Topology Topology // default Single
	Hosts    []string // host:port; of Cluster some of its nodes, of Sentinel the sentinels
	Master   string   // of Sentinel: the name that the sentinels know the primary by; default "mymaster"
	Username string   // default: that of servers without ACL
	Password string
	DB       int // number of the database; Cluster has 0 alone

	Secure                    bool   // speak TLS
	CAFile, CertFile, KeyFile string // PEM; default: the system's authorities, and no certificate of the client
	AnyServer                 bool   // take any certificate of the server
	AnyName                   bool   // check who signed the server's certificate, and not its name

	SentinelUsername, SentinelPassword string // of the sentinels themselves

	DialTimeout time.Duration // default 2 s
	Timeout     time.Duration // of one answer, when the context allows more; default 10 s
}

const (
	redisPort    = "6379"
	sentinelPort = "26379"
	timeoutMax   = 24 * time.Hour
)

// ignoredParameters are those of redis-py that mean nothing here.
var ignoredParameters = []string{
	"decode_responses", "encoding", "health_check_interval", "max_connections", "protocol", "retry_on_timeout", "skip_full_coverage_check",
	"socket_keepalive",
}

// Parse reads Feast's form: "host:port,host:port,name=value,…" with the parameters ssl, username, password, db,
// ssl_ca_certs, ssl_certfile, ssl_keyfile, ssl_cert_reqs, ssl_check_hostname, socket_timeout and socket_connect_timeout.
// Others that its client knows are ignored. Those of more win over those of the text. It reads no file.
//
// Errors: InvalidArgument for text of another form; no error shows a password.
func Parse(topology Topology, connection string, more map[string]string) (*Address, error) {
	a := &Address{Topology: cmp.Or(topology, Single)}
	port := redisPort
	if a.Topology == Sentinel {
		port = sentinelPort
	}
	parameters := map[string]string{}
	for part := range strings.SplitSeq(connection, ",") {
		part = strings.TrimSpace(part)
		if name, value, ok := strings.Cut(part, "="); ok {
			parameters[strings.TrimSpace(name)] = unquote(strings.TrimSpace(value))
			continue
		}
		if part == "" {
			continue
		}
		host, err := hostPort(part, port)
		if err != nil {
			return nil, err
		}
		a.Hosts = append(a.Hosts, host)
	}
	if len(a.Hosts) > 1 && a.Topology == Single {
		return nil, invalid("%d servers are named, and one is expected", len(a.Hosts)).WithHint("write redis_type: redis_cluster or redis_sentinel, or one host:port")
	}
	maps.Copy(parameters, more)
	return a, a.parameters(parameters)
}

func invalid(format string, args ...any) *errs.Error {
	return errs.New(errs.InvalidArgument, "connection_string: "+format, args...).WithID("T0650")
}

// unquote takes off the quotes that Feast reads as JSON.
func unquote(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

func hostPort(part, port string) (string, error) {
	if strings.Contains(part, "://") || strings.Contains(part, "@") { // perhaps with a password
		return "", invalid("an address with :// or @ is not of Feast's form").WithHint("write host:port,password=…,ssl=true,db=0")
	}
	host, p, err := net.SplitHostPort(part)
	if err != nil { // no port
		host, p = strings.Trim(part, "[]"), port
	}
	if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 || host == "" || strings.ContainsAny(host, " /@") {
		return "", invalid("%q is no host:port", part).WithHint("write host:port,password=…,ssl=true,db=0; of a password with a comma: the key password")
	}
	return net.JoinHostPort(host, p), nil
}

// parameters sets what stands behind the hosts.
func (a *Address) parameters(p map[string]string) error {
	set := map[string]func(v string) error{
		"ssl":           truth(&a.Secure),
		"username":      func(v string) error { a.Username = v; return nil },
		"password":      func(v string) error { a.Password = v; return nil },
		"db":            func(v string) (err error) { a.DB, err = strconv.Atoi(v); return err },
		"ssl_ca_certs":  func(v string) error { a.CAFile = v; return nil },
		"ssl_certfile":  func(v string) error { a.CertFile = v; return nil },
		"ssl_keyfile":   func(v string) error { a.KeyFile = v; return nil },
		"ssl_cert_reqs": func(v string) error { a.AnyServer = strings.EqualFold(v, "none"); return nil },
		"ssl_check_hostname": func(v string) error {
			check, err := strconv.ParseBool(strings.ToLower(v))
			a.AnyName = !check
			return err
		},
		"socket_timeout":         seconds(&a.Timeout),
		"socket_connect_timeout": seconds(&a.DialTimeout),
	}
	for name, value := range p {
		f, ok := set[name]
		switch {
		case ok:
			if err := f(value); err != nil {
				return invalid("the value of %s cannot be read", name).WithHint("see Feast's connection_string: host:port,password=…,ssl=true,db=0")
			}
		case !slices.Contains(ignoredParameters, name):
			return invalid("unknown parameter %q", name).WithHint("known are ssl, username, password, db, ssl_ca_certs, ssl_certfile, ssl_keyfile, ssl_cert_reqs, ssl_check_hostname, socket_timeout, socket_connect_timeout; a password with a comma goes to the key password")
		}
	}
	return nil
}

func truth(to *bool) func(string) error {
	return func(v string) (err error) { *to, err = strconv.ParseBool(strings.ToLower(v)); return err }
}

func seconds(to *time.Duration) func(string) error {
	return func(v string) error {
		n, err := strconv.ParseFloat(v, 64)
		if *to = time.Duration(n * float64(time.Second)); err == nil && (n <= 0 || *to > timeoutMax || *to <= 0) {
			err = fmt.Errorf("out of range")
		}
		return err
	}
}
