package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/bench/measure"
)

// A repository is the definitions of one of our sides: views of one file each, over one entity.
type repository struct {
	views               []string
	key, event, created string
	ttl                 string
	schema              func(view int) []string // "name: Type"
}

// definitions returns the YAML of the repository.
func (r *repository) definitions() string {
	var y strings.Builder
	fmt.Fprintf(&y, "kind: Entity\nname: %s\njoin_keys: [%s]\nvalue_type: INT64\n", r.key, r.key)
	for i, v := range r.views {
		fmt.Fprintf(&y, "---\nkind: DataSource\nname: %s_rows\ntype: file\npath: %s.parquet\ntimestamp_field: %s\ncreated_timestamp_column: %s\n", v, v, r.event, r.created)
		fmt.Fprintf(&y, "---\nkind: FeatureView\nname: %s\nentities: [%s]\nttl: %s\nsource: %s_rows\nschema:\n", v, r.key, r.ttl, v)
		for _, f := range r.schema(i) {
			name, kind, _ := strings.Cut(f, ": ")
			fmt.Fprintf(&y, "  - {name: %s, type: %s}\n", name, kind)
		}
	}
	fmt.Fprintf(&y, "---\nkind: FeatureService\nname: all\nfeatures: [%s]\n", strings.Join(r.views, ", "))
	return y.String()
}

// apply makes the repository of a place.
func (b *bench) apply(ctx context.Context, place string, r *repository) error {
	files := map[string]string{
		"feature_store.yaml":     "project: bench\nprovider: local\nregistry: registry-truepoint.db\noffline_store: {type: file}\nonline_store: {type: embedded, path: online}\nentity_key_serialization_version: 3\n",
		"features/features.yaml": r.definitions(),
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(b.path(place, name)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(b.path(place, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	out, err := exec.CommandContext(ctx, b.binary, "-c", b.path(place), "apply", "--yes").CombinedOutput()
	if err != nil {
		return fmt.Errorf("apply in %s: %w: %s", place, err, out)
	}
	return nil
}

// A task is one of our joins.
type task struct {
	place, spine, out string
	flags             []string
	memory            int64 // cap in MiB; 0: none
}

// ours makes a training set with the command line and returns what the process took. Under a cap the kernel refuses
// more private writable memory than that (ulimit -d), and the garbage collector aims at three quarters of it (GOMEMLIMIT).
func (b *bench) ours(ctx context.Context, t task) (measure.Cost, error) {
	args := append([]string{b.binary, "-c", b.path(t.place), "get-historical-features", "--entities", b.path(t.place, t.spine),
		"--service", "all", "--out", b.path(t.place, t.out)}, t.flags...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	if t.memory > 0 {
		script := fmt.Sprintf(`ulimit -d %d && exec "$0" "$@"`, t.memory<<10)
		cmd = exec.CommandContext(ctx, "bash", append([]string{"-c", script}, args...)...)
		cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%dMiB", t.memory*3/4))
	}
	return measure.Run(cmd)
}
