package apply_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/selftest"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
	"github.com/truepoint/truepoint/value"
)

func TestMain(m *testing.M) {
	selftest.Do(func(job string) error { // a file and a view
		path, name, _ := strings.Cut(job, "\n")
		return addView(context.Background(), path, name)
	})
	os.Exit(m.Run())
}

// addView adds a view to what is defined, and field f_NAME to the view that all share, again and again until nobody
// else is faster.
func addView(ctx context.Context, path, name string) error {
	reg, err := sqliteregistry.Open(ctx, path)
	if err != nil {
		return err
	}
	defer reg.Close()
	for {
		state, err := reg.Read(ctx, project, registry.Newest)
		if err != nil {
			return err
		}
		wanted, err := registry.DecodeSet(state)
		if err != nil {
			return err
		}
		wanted.Views = append(wanted.Views, view(name, "user_id", "transactions", field("x", value.Int64)))
		shared, _ := wanted.View("user_transactions")
		shared.Schema = append(shared.Schema, field("f_"+name, value.Int64))
		plan, err := apply.Make(ctx, state, wanted, nil)
		if err != nil {
			return err
		}
		at, err := eventtime.FromTime(time.Now())
		if err != nil {
			return err
		}
		_, err = apply.Apply(ctx, reg, plan, apply.Options{Author: name, Now: at})
		if errs.CodeOf(err) == errs.Aborted {
			continue
		}
		return err
	}
}

func TestFault_23_sixty_applies_lose_no_update(t *testing.T) {
	t.Parallel()
	const processes = 60
	path := filepath.Join(t.TempDir(), "registry.db")
	reg, err := sqliteregistry.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reg.Close()
	first, err := apply.Make(t.Context(), registry.State{Project: project}, fraud(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := apply.Apply(t.Context(), reg, first, everything()); err != nil {
		t.Fatal(err)
	}
	var commands [processes]*exec.Cmd
	var out [processes]bytes.Buffer
	for i := range commands {
		commands[i] = selftest.Command(t, fmt.Sprintf("%s\nv%02d", path, i))
		commands[i].Stderr = &out[i]
		if err := commands[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range commands {
		if err := c.Wait(); err != nil {
			t.Errorf("process %d: %v: %s", i, err, &out[i])
		}
	}
	state, err := reg.Read(t.Context(), project, registry.Newest)
	if err != nil {
		t.Fatal(err)
	}
	set, err := registry.DecodeSet(state)
	if err != nil {
		t.Fatal(err)
	}
	shared, _ := set.View("user_transactions")
	if state.Revision != 1+processes || len(set.Views) != 2+processes || len(shared.Schema) != 2+processes || len(shared.Schemas) != 1+processes {
		t.Errorf("revision %d, %d views, %d fields, %d schemas", state.Revision, len(set.Views), len(shared.Schema), len(shared.Schemas))
	}
	if n, err := reg.Verify(t.Context(), project); n != state.Revision || err != nil {
		t.Errorf("verify: %d, %v", n, err)
	}
	for at := range registry.Revision(processes) {
		lines, err := apply.Diff(t.Context(), reg, project, at+1, at+2)
		if err != nil || len(lines) != 2 || lines[0].Kind != feature.KindView {
			t.Fatalf("revision %d changes %+v, %v", at+2, lines, err)
		}
	}
}
