package grpcserver_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/server/grpcserver"
)

// stockFeast runs a script that uses Feast's own stubs against the fixture's server, and returns its lines. It skips where
// there is no Feast: TRUEPOINT_FEAST_PYTHON, or python3, must have it.
func (f *fixture) stockFeast(script string) []map[string]any {
	f.t.Helper()
	python := os.Getenv("TRUEPOINT_FEAST_PYTHON")
	if python == "" {
		python = "python3"
	}
	if exec.Command(python, "-c", "import feast, grpc").Run() != nil {
		f.t.Skipf("%s has no Feast: pip install feast==0.64.0 grpcio, and name it in TRUEPOINT_FEAST_PYTHON", python)
	}
	c := exec.CommandContext(f.t.Context(), python, script, strings.Replace(f.conn.Target(), "unix://", "unix:", 1))
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		f.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	var lines []map[string]any
	for l := range strings.Lines(string(out)) {
		line := map[string]any{}
		if err := json.Unmarshal([]byte(l), &line); err != nil {
			f.t.Fatalf("%q: %v", l, err)
		}
		lines = append(lines, line)
	}
	return lines
}

// declared lists what a file declares: its package, every member with number and type, every method.
func declared(d *descriptorpb.FileDescriptorProto) []string {
	out := []string{"package " + d.GetPackage()}
	enum := func(in string, e *descriptorpb.EnumDescriptorProto) {
		for _, v := range e.Value {
			out = append(out, fmt.Sprintf("%s%s.%s = %d", in, e.GetName(), v.GetName(), v.GetNumber()))
		}
	}
	var message func(in string, m *descriptorpb.DescriptorProto)
	message = func(in string, m *descriptorpb.DescriptorProto) {
		in += m.GetName() + "."
		for _, x := range m.Field {
			oneof := ""
			if x.OneofIndex != nil {
				oneof = m.OneofDecl[x.GetOneofIndex()].GetName()
			}
			out = append(out, fmt.Sprintf("%s%s = %d: %s %s %s, of %q", in, x.GetName(), x.GetNumber(), x.GetLabel(), x.GetType(), x.GetTypeName(), oneof))
		}
		for _, n := range m.NestedType {
			message(in, n)
		}
		for _, e := range m.EnumType {
			enum(in, e)
		}
	}
	for _, m := range d.MessageType {
		message("", m)
	}
	for _, e := range d.EnumType {
		enum("", e)
	}
	for _, s := range d.Service {
		for _, m := range s.Method {
			out = append(out, fmt.Sprintf("%s.%s: %s to %s", s.GetName(), m.GetName(), m.GetInputType(), m.GetOutputType()))
		}
	}
	return out
}

// TestStockFeastClient also shows that what Feast declares, we declare: an older Feast lacks some of it.
func TestStockFeastClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t, &grpcserver.Options{Version: "1.2.3"})
	lines := f.stockFeast("testdata/stock_client.py")
	ours := map[string]protoreflect.FileDescriptor{}
	for _, d := range []protoreflect.FileDescriptor{typespb.File_feast_types_Value_proto, servingpb.File_feast_serving_ServingService_proto, servingpb.File_feast_serving_GrpcServer_proto} {
		ours[d.Path()] = d
	}
	for _, l := range lines[:3] {
		b, err := base64.StdEncoding.DecodeString(l["descriptor"].(string))
		if err != nil {
			t.Fatal(err)
		}
		theirs := &descriptorpb.FileDescriptorProto{}
		if err := proto.Unmarshal(b, theirs); err != nil {
			t.Fatal(err)
		}
		have := declared(protodesc.ToFileDescriptorProto(ours[theirs.GetName()]))
		for _, x := range declared(theirs) {
			if !slices.Contains(have, x) {
				t.Errorf("%s: ours has no %s", theirs.GetName(), x)
			}
		}
	}
	const read = `{"events":[["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"],` + rows3 + `,` + rows3 + `,` + rows3 + `,` + rows3 + `,` + rows3 + `,` + rows3 + `],` +
		`"names":["user_id","cnt","avg","f32","country","seen","tags"],` +
		`"statuses":[["PRESENT","PRESENT","PRESENT"],` + present + `,` + present + `,` + present + `,` + present + `,["NULL_VALUE","NULL_VALUE","NOT_FOUND"],` + present + `],` +
		`"values":[["7","8","9"],["9007199254740993","9007199254740993","None"],["nan","nan","None"],["-0.0","-0.0","None"],["'é'","'é'","None"],["None","None","None"],["['a', 'b']","['a', 'b']","None"]]}`
	want := []string{`{"version":"1.2.3"}`, `{"pushed":true}`, `{"written":true}`, read, read,
		`{"code":"NOT_FOUND","details":"unknown feature service \"svd\" (did you mean svc?)"}`}
	if len(lines) != 3+len(want) {
		t.Fatalf("got %d lines, want %d: %v", len(lines), 3+len(want), lines[3:])
	}
	for i, w := range want {
		if got, err := json.Marshal(lines[3+i]); err != nil || string(got) != w {
			t.Errorf("line %d:\n got %s\nwant %s", i, got, w)
		}
	}
}

const (
	rows3   = `["2026-11-24T03:00:00Z","2026-11-24T03:00:00Z","1970-01-01T00:00:00Z"]`
	present = `["PRESENT","PRESENT","NOT_FOUND"]`
)
