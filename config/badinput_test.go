package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/datatest"
)

func TestBadInput_04_no_configuration(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), config.FileName)
	defer datatest.Dir(t, filepath.Dir(path))()
	_, _, err := config.Load(path, nil)
	if errs.CodeOf(err) != errs.NotFound || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "truepoint init") {
		t.Errorf("got %v", err)
	}
}

func TestBadInput_05_directory_unreadable_and_empty_differ(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty, comments, unreadable := filepath.Join(dir, "empty.yaml"), filepath.Join(dir, "comments.yaml"), filepath.Join(dir, "unreadable.yaml")
	for path, text := range map[string]string{empty: " \n", comments: "# project: p\n", unreadable: "project: p\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(unreadable, 0); err != nil {
		t.Fatal(err)
	}
	defer datatest.Dir(t, dir)()
	seen := map[string]bool{}
	for path, want := range map[string]struct {
		code errs.Code
		id   string
	}{dir: {errs.FailedPrecondition, "T0241"}, empty: {errs.FailedPrecondition, "T0243"}, comments: {errs.FailedPrecondition, "T0243"}, unreadable: {errs.PermissionDenied, "T0242"}} {
		_, _, err := config.Load(path, nil)
		if path == unreadable && os.Geteuid() == 0 {
			continue // root reads everything
		}
		all := errs.All(err)
		if len(all) != 1 || all[0].Code != want.code || all[0].ID != want.id || all[0].Hint == "" || seen[all[0].Message] {
			t.Errorf("%s: got %v", path, err)
			continue
		}
		seen[all[0].Message] = true
	}
}

func TestBadInput_13_project_name(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../x", "con", strings.Repeat("x", 300), "''", "[a]"} {
		_, _, err := load(t, "project: "+name+"\n", nil)
		all := errs.All(err)
		if len(all) != 1 || all[0].Pos.String() != all[0].Pos.File+":1:10" || all[0].Code != errs.InvalidArgument {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestBadInput_21_fractions_are_no_whole_numbers(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, "project: p\nentity_key_serialization_version: 2.5\nserver: {port: 6566.0}\n", nil)
	wantFault(t, err, 2, 35, "T0204", "a whole number is expected")
	wantFault(t, err, 3, 16, "T0204", "a whole number is expected")
}

func TestBadInput_23_numbers_in_other_spellings(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"017", "0x1F", "1e3", ".inf", ".nan", "1_000", "+8000", "'8000'", "0o17", "~", "99999999999999999999"} {
		_, _, err := load(t, "project: p\nserver:\n  port: "+n+"\n", nil)
		if all := errs.All(err); len(all) == 0 || all[0].Pos.Line != 3 || all[0].Hint == "" {
			t.Errorf("%s: got %v", n, err)
		}
	}
}

func TestBadInput_24_second_document(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, "project: p\n---\nproject: q\n", nil)
	wantFault(t, err, 3, 1, "T0200", "second document")
}

func TestBadInput_39_variables(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, "project: ${UNSET}\nregistry: ${ALSO_UNSET}/r.db\nprovider: ${A:-${B}}\nproject_description: ${x\n", nil)
	wantFault(t, err, 1, 10, "T0230", "environment variable UNSET is not set")
	wantFault(t, err, 2, 11, "T0230", "ALSO_UNSET")
	wantFault(t, err, 3, 11, "T0230", "variable B is not set")
	wantFault(t, err, 4, 22, "T0231", "no variable")
	if len(errs.All(err)) != 4 {
		t.Errorf("got %v", err)
	}
	c, _, err := load(t, "project: ${A:-${B}}\n", map[string]string{"B": "b"})
	if err != nil || c.Project != "b" {
		t.Errorf("got %v, %v", c, err)
	}
}

// TestBadInput_40_secrets_are_masked plants one secret in every place that may hold one, prints the configuration in
// every way, and breaks the file so that faults show the lines.
func TestBadInput_40_secrets_are_masked(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	env := map[string]string{"PW": secret}
	stores := map[string]string{
		"redis":      "type: redis\n  connection_string: 'h:6379,password=" + secret + ",ssl=true'\n",
		"postgres":   "type: postgres\n  host: h\n  database: d\n  user: u\n  password: " + secret + "\n",
		"variable":   "type: postgres\n  host: h\n  database: d\n  user: u\n  password: ${PW}\n",
		"remote url": "type: remote\n  path: http://user:" + secret + "@h:6566\n",
	}
	for name, store := range stores {
		text := "project: p\nregistry: postgresql://u:" + secret + "@h/db\nonline_store:\n  " + store
		c, _, err := load(t, text, env)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		js, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, printed := range []string{c.String(), string(js), fmt.Sprint(c), fmt.Sprintf("%+v", *c), fmt.Sprintf("%#v", c), fmt.Sprintf("%v %s", c.Online.Options, c.Registry.URL)} {
			if strings.Contains(printed, secret) {
				t.Errorf("%s: the secret is printed: %s", name, printed)
			}
		}
		if !strings.Contains(c.Registry.URL.Reveal(), secret) {
			t.Errorf("%s: the secret is lost", name)
		}
		for _, broken := range []string{text + "  hunter: x\n", strings.Replace(text, "password:", "password: [", 1), strings.Replace(text, "postgresql://", "mysql://", 1), strings.Replace(text, "  type: ", "  type: x", 1), text + "server: {port: ${PW}}\n", text + "server: {port: '${PW}', deadline: '${PW}', hosts: '${PW}'}\n", text + "auth: {type: '${PW}'}\nprovider: '${PW}'\n"} {
			if broken == text {
				continue
			}
			_, warnings, err := load(t, broken, env)
			for _, e := range errs.All(err) {
				for _, shown := range []string{e.Error(), e.Excerpt, fmt.Sprint(warnings)} {
					if strings.Contains(shown, secret) {
						t.Errorf("%s: a fault shows the secret: %s | %s", name, e, e.Excerpt)
					}
				}
			}
		}
	}
}

func TestBadInput_104_numbers_out_of_range(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{
		"online_store: {type: remote, path: x, connection_pool_size: 0}", "online_store: {type: remote, path: x, connection_pool_size: -1}",
		"online_store: {type: remote, path: x, connection_pool_size: 1000000000}", "online_store: {type: remote, path: x, connection_retries: -1}",
		"online_store: {type: remote, path: x, connection_idle_timeout: 0}", "online_store: {type: dynamodb, region: r, max_pool_connections: 0}",
		"online_store: {type: dynamodb, region: r, read_timeout: 0}", "online_store: {type: dynamodb, region: r, batch_size: 101}",
		"online_store: {type: redis, key_ttl_seconds: -1}", "online_store: {type: embedded, cache_bytes: 0}",
		"server: {deadline: 0}", "server: {deadline: -1s}", "server: {deadline: 5}", "server: {max_skew: 0s}", "server: {port: 0}", "server: {limits: {entities: 0}}",
		"server: {limits: {body_bytes: 1000000000000}}", "registry: {path: x, cache_ttl_seconds: -1}",
	} {
		_, _, err := load(t, "project: p\n"+setting+"\n", nil)
		all := errs.All(err)
		if len(all) != 1 || all[0].Pos.Line != 2 || all[0].Code != errs.InvalidArgument || all[0].Hint == "" {
			t.Errorf("%s: got %v", setting, err)
		}
	}
}

// FuzzExpand: a text expands or is refused with an id; without ${ it stays as it is; and written with $${ for ${ it expands
// to itself, whatever it holds.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"", "${A}", "${A:-b}", "${B:-${A}}", "$${A}", "${", "}", "$", "${A:-", "${B:-${B:-${B:-x}}}}", "a${A}b$c", "${Ä}", "${B:-}", "$$${A}"} {
		f.Add(seed)
	}
	env := func(name string) (string, bool) { return "v${B}", name == "A" }
	none := func(string) (string, bool) { return "", false }
	f.Fuzz(func(t *testing.T, text string) {
		for _, lookup := range []func(string) (string, bool){env, none} {
			out, err := config.Expand(text, lookup)
			if err != nil && errs.All(err)[0].ID == "" {
				t.Errorf("%q: an error without id: %v", text, err)
			}
			if err != nil && out != "" {
				t.Errorf("%q: %q beside %v", text, out, err)
			}
			if !strings.Contains(text, "${") && (err != nil || out != text) && len(text) <= 64<<10 {
				t.Errorf("%q becomes %q, %v", text, out, err)
			}
		}
		escaped := strings.ReplaceAll(text, "${", "$${")
		if out, err := config.Expand(escaped, none); err == nil && out != text {
			t.Errorf("%q, written %q, becomes %q", text, escaped, out)
		} else if err != nil && len(text) <= 64<<10 {
			t.Errorf("%q, written %q: %v", text, escaped, err)
		}
	})
}
