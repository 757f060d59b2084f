package httpserver_test

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/truepoint/truepoint/server/httpserver"
)

// documentURL is where the schemas of the document say that they are.
const documentURL = "file:///openapi.json"

// A document is what /openapi.json says, with its schemas compiled as they are needed.
type document struct {
	Paths map[string]map[string]struct {
		RequestBody *struct {
			Content map[string]struct{ Schema reference }
		}
		Responses map[string]struct {
			Content map[string]struct{ Schema reference }
		}
	}
	Components struct{ Schemas map[string]any }

	mu       sync.Mutex // guards compiler
	compiler *jsonschema.Compiler
}

type reference struct {
	Ref string `json:"$ref"`
}

// theDocument returns the document, read once.
var theDocument = sync.OnceValues(func() (*document, error) {
	text, err := httpserver.Describe()
	if err != nil {
		return nil, err
	}
	d := &document{compiler: jsonschema.NewCompiler()}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, err
	}
	d.compiler.AssertFormat()
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return d, d.compiler.AddResource(documentURL, whole)
})

func documented(t *testing.T) *document {
	t.Helper()
	d, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// check holds a text against the schema that a reference names.
func (d *document) check(r reference, text []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.compiler.Compile(documentURL + r.Ref)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// checkExchange holds what a route was asked and what it answered against the document: every answer has a status, a media
// type and a shape that stand there, and a body that is taken has the shape that stands there. Other paths and methods are
// not looked at.
func (d *document) checkExchange(t *testing.T, r *http.Request, asked []byte, answer *http.Response, got []byte) {
	t.Helper()
	operation, ok := d.Paths[r.URL.Path][strings.ToLower(r.Method)]
	if !ok {
		return
	}
	said, ok := operation.Responses[strconv.Itoa(answer.StatusCode)]
	if !ok {
		t.Errorf("%s %s answered %d %s, a status that /openapi.json does not have", r.Method, r.URL.Path, answer.StatusCode, got)
		return
	}
	if body := operation.RequestBody; body != nil && answer.StatusCode < http.StatusMultipleChoices {
		if err := d.check(body.Content["application/json"].Schema, asked); err != nil {
			t.Errorf("%s %s took %s, which /openapi.json does not have: %v", r.Method, r.URL.Path, asked, err)
		}
	}
	if len(said.Content) == 0 {
		if len(got) > 0 {
			t.Errorf("%s %s answered %d %s, and /openapi.json says that there is no body", r.Method, r.URL.Path, answer.StatusCode, got)
		}
		return
	}
	media, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	content, ok := said.Content[media]
	if err != nil || !ok {
		t.Errorf("%s %s answered %d as %q (%v), which /openapi.json does not have", r.Method, r.URL.Path, answer.StatusCode, media, err)
		return
	}
	if !strings.HasSuffix(media, "json") {
		return
	}
	if err := d.check(content.Schema, got); err != nil {
		t.Errorf("%s %s answered %s, which is not as /openapi.json has it: %v", r.Method, r.URL.Path, got, err)
	}
}

func TestDocumentIsOpenAPI(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/openapi-3.1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	meta, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("openapi", meta); err != nil {
		t.Fatal(err)
	}
	fixture := newFixture(t, nil)
	status, text := fixture.get("/openapi.json")
	if status != http.StatusOK {
		t.Fatalf("GET /openapi.json: got %d %s", status, text)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.MustCompile("openapi").Validate(v); err != nil {
		t.Error(err)
	}
	d := documented(t)
	for name := range d.Components.Schemas { // each is a schema, and what it names is there
		if _, err := d.compiler.Compile(documentURL + "#/components/schemas/" + name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Members of bodies that stand in the document are known to the route: it refuses the one that does not stand there alone.
func TestDocumentedMembersAreKnown(t *testing.T) {
	t.Parallel()
	f, d := newFixture(t, nil), documented(t)
	bodies := 0
	for path, operations := range d.Paths {
		post, ok := operations["post"]
		if !ok {
			continue
		}
		bodies++
		name := strings.TrimPrefix(post.RequestBody.Content["application/json"].Schema.Ref, "#/components/schemas/")
		all := map[string]any{"of_nobody": nil}
		for member := range d.Components.Schemas[name].(map[string]any)["properties"].(map[string]any) {
			all[member] = nil
		}
		body, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		_, got := f.post(path, string(body))
		if n := strings.Count(got, "unknown member"); n == 0 || n != strings.Count(got, "of_nobody") {
			t.Errorf("POST %s %s\n got %s\nwant of_nobody alone to be unknown", path, body, got)
		}
	}
	if bodies != 6 {
		t.Errorf("%d routes take a body, want 6", bodies)
	}
}
