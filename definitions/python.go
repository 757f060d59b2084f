package definitions

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/strictyaml"
	"github.com/truepoint/truepoint/python"
)

//go:embed pystub/collect.py pystub/feast/__init__.py
var stub embed.FS

// Bounds of one Python run.
const (
	pythonTimeout   = 60 * time.Second
	answerBytesMax  = 256 << 20
	messageBytesMax = 16 << 10
)

// collected is what the Python files of a repository define.
type collected struct {
	documents []pyDocument
	warnings  []*errs.Error
	broken    bool // something was not read
}

type pyDocument struct {
	node  *strictyaml.Node
	feast bool
}

// decode gives the documents to d.
func (c *collected) decode(d *decoder) {
	for _, doc := range c.documents {
		d.feast = doc.feast
		d.document(doc.node)
	}
	d.feast = false
}

// collect runs every Python file once, in one process, and returns its definitions. The error holds every fault of
// the files; what could be read is returned beside it.
func collect(ctx context.Context, files *listing, opt *Options) (*collected, error) {
	dir, err := os.MkdirTemp("", "truepoint-python-")
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "make a directory for the Python package").WithHint("set TMPDIR to a directory that can be written")
	}
	defer os.RemoveAll(dir)
	if err := install(dir); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "write the Python package").WithHint("set TMPDIR to a directory that can be written")
	}
	answer, err := runPython(ctx, filepath.Join(dir, "collect.py"), files, opt)
	if err != nil {
		return nil, err
	}
	var a pyAnswer
	dec := json.NewDecoder(bytes.NewReader(answer))
	dec.UseNumber()
	if err := dec.Decode(&a); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "read what python3 answered").WithID("T0221")
	}
	return a.collected(files.dir)
}

// install writes the stand-in packages and the collector below dir.
func install(dir string) error {
	stubFiles, err := fs.Sub(stub, "pystub")
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, stubFiles); err != nil {
		return err
	}
	return os.CopyFS(dir, python.Files())
}

func runPython(ctx context.Context, script string, files *listing, opt *Options) ([]byte, error) {
	interpreter, err := findPython(opt.Python)
	if err != nil {
		return nil, err
	}
	limit := opt.PythonTimeout
	if limit <= 0 {
		limit = pythonTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	root, err := filepath.Abs(files.dir)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "path of %s", files.dir)
	}
	request := struct {
		Root  string   `json:"root"`
		Files []string `json:"files"`
	}{Root: root}
	for _, f := range files.python {
		request.Files = append(request.Files, filepath.FromSlash(f.rel))
	}
	input, err := json.Marshal(request)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "write the request to python3")
	}
	cmd := exec.CommandContext(ctx, interpreter, "-I", "-B", "-X", "utf8", script)
	cmd.Dir = root
	cmd.Stdin = bytes.NewReader(input)
	out, messages := &limited{max: answerBytesMax, full: cancel}, &tail{max: messageBytesMax}
	cmd.Stdout, cmd.Stderr = out, messages
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // children of user code too
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	switch {
	case out.over:
		return nil, errs.New(errs.ResourceExhausted, "the definitions of the Python files have more than %d bytes", answerBytesMax).WithID("T0221").WithHint("split the repository")
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, errs.New(errs.DeadlineExceeded, "the Python files did not end within %s", limit).WithID("T0222").
			WithHint("definition files only describe features: move loops, downloads and training out of them, or name them in .feastignore")
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, errs.New(errs.FailedPrecondition, "python3 ended with %s: %s", err, messages.lastLine()).WithID("T0221").
			WithHint("run the files with python3 by hand to see what ends it")
	}
	return out.buf.Bytes(), nil
}

func findPython(name string) (string, error) {
	if name == "" {
		name = "python3"
	}
	p, err := exec.LookPath(name)
	if err != nil {
		return "", errs.New(errs.FailedPrecondition, "the repository has Python files, and %s is not found", name).WithID("T0220").
			WithHint("install Python 3.9 or later (apt install python3), or write the definitions in YAML")
	}
	return p, nil
}

// limited keeps at most max bytes and calls full on the first one more.
type limited struct {
	buf  bytes.Buffer
	max  int
	over bool
	full func()
}

func (l *limited) Write(p []byte) (int, error) {
	if l.buf.Len()+len(p) > l.max {
		l.over = true
		l.full()
		return 0, io.ErrShortWrite
	}
	return l.buf.Write(p)
}

// tail keeps about the last max bytes.
type tail struct {
	buf []byte
	max int
}

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if extra := len(t.buf) - t.max; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(p), nil
}

func (t *tail) lastLine() string {
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(t.buf), "?")), "\n")
	return lines[len(lines)-1]
}

// pyAnswer is the JSON that collect.py writes.
type pyAnswer struct {
	Documents []struct {
		Value  map[string]any     `json:"value"`
		Places map[string]pyPlace `json:"places"`
		Feast  bool               `json:"feast"`
	} `json:"documents"`
	Faults   []pyFault `json:"faults"`
	Warnings []pyFault `json:"warnings"`
	Broken   bool      `json:"broken"`
}

type pyFault struct {
	Message string  `json:"message"`
	Hint    string  `json:"hint"`
	Code    string  `json:"code"`
	Place   pyPlace `json:"place"`
}

// pyPlace is [file, line, column]; the file is relative to the repository, or absolute outside of it.
type pyPlace [3]any

func (p pyPlace) position(dir string) errs.Position {
	name, _ := p[0].(string)
	number := func(v any) int {
		n, _ := v.(json.Number)
		i, err := strconv.Atoi(n.String())
		if err != nil {
			return 0
		}
		return i
	}
	if name != "" && !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	return errs.Position{File: name, Line: number(p[1]), Column: number(p[2])}
}

func (f pyFault) error(dir, id string) *errs.Error {
	code := errs.InvalidArgument
	if f.Code == errs.Unimplemented.String() {
		code, id = errs.Unimplemented, "T0160"
	}
	return errs.New(code, "%s", f.Message).WithID(id).WithHint("%s", f.Hint).At(f.Place.position(dir))
}

func (a *pyAnswer) collected(dir string) (*collected, error) {
	c := &collected{broken: a.Broken}
	var faults errs.List
	for _, f := range a.Faults {
		faults.Add(f.error(dir, "T0223"))
	}
	for _, w := range a.Warnings {
		e := w.error(dir, "T0207")
		e.Code = errs.OK
		c.warnings = append(c.warnings, e)
	}
	for _, doc := range a.Documents {
		t := tree{dir: dir, places: doc.Places}
		c.documents = append(c.documents, pyDocument{node: t.node("", doc.Value, doc.Places[""].position(dir)), feast: doc.Feast})
	}
	return c, faults.Err()
}

// tree turns JSON into nodes with places; a value without one has the place of what contains it.
type tree struct {
	dir    string
	places map[string]pyPlace
}

func (t *tree) node(path string, v any, pos errs.Position) *strictyaml.Node {
	if p, known := t.places[path]; known {
		pos = p.position(t.dir)
	}
	n := &strictyaml.Node{Pos: pos}
	switch v := v.(type) {
	case bool:
		n.Kind, n.Text = strictyaml.Bool, strconv.FormatBool(v)
	case json.Number:
		n.Kind, n.Text = strictyaml.ScalarKind(v.String()), v.String()
	case string:
		n.Kind, n.Text = strictyaml.Text, v
	case []any:
		n.Kind = strictyaml.List
		for i, item := range v {
			n.Items = append(n.Items, t.node(path+"["+strconv.Itoa(i)+"]", item, pos))
		}
	case map[string]any:
		n.Kind = strictyaml.Map
		for _, key := range slices.Sorted(maps.Keys(v)) {
			inner := key
			if path != "" {
				inner = path + "." + key
			}
			value := t.node(inner, v[key], pos)
			n.Members = append(n.Members, strictyaml.Member{Key: key, Pos: value.Pos, Value: value})
		}
	}
	return n
}
