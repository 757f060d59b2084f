package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	only := flag.String("run", "", "only mutants whose names match this regular `expression`")
	verbose := flag.Bool("v", false, "print the output of the tests that fail")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := tryAll(ctx, *only, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// atOnce is the number of mutants that are tried at a time; each builds and runs its tests with one processor.
const atOnce = 2

func tryAll(ctx context.Context, only string, verbose bool) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	all, err := parse(list)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(m mutant) bool { return !wanted.MatchString(m.name) })
	if len(all) == 0 {
		return errors.New("no mutant has such a name")
	}
	began := time.Now()
	tests := selectionsOf(all)
	if err := sound(ctx, tests); err != nil {
		return err
	}
	known, err := folders(ctx, tests)
	if err != nil {
		return err
	}
	results := make([]result, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range all {
		group.Go(func() error {
			results[i] = try(ctx, &all[i], known)
			report(&all[i], &results[i], verbose)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var bad []string
	for i := range results {
		if !results[i].killed() {
			bad = append(bad, all[i].name)
		}
	}
	fmt.Printf("%d of %d mutants were noticed, in %.0f s\n", len(all)-len(bad), len(all), time.Since(began).Seconds())
	if len(bad) > 0 {
		return fmt.Errorf("%d mutants survived or no longer apply: %s", len(bad), strings.Join(bad, ", "))
	}
	return nil
}

// selectionsOf returns the distinct selections of all.
func selectionsOf(all []mutant) []selection {
	var out []selection
	for i := range all {
		out = append(out, all[i].tests...)
	}
	slices.SortFunc(out, func(a, b selection) int { return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.tests, b.tests)) })
	return slices.Compact(out)
}

// sound runs every test that has to notice a mutant on the unchanged tree: a test that fails anyhow notices nothing.
func sound(ctx context.Context, tests []selection) error {
	for _, t := range tests {
		c := exec.CommandContext(ctx, "go", "test", "-vet=off", "-run", t.tests, t.pkg)
		out, err := c.CombinedOutput()
		switch {
		case err != nil:
			return fmt.Errorf("the tests fail without any mutant:\n%s", out)
		case bytes.Contains(out, []byte("no test")): // to run, or no test files
			return fmt.Errorf("no test of %s matches %q", t.pkg, t.tests)
		}
	}
	return nil
}

// A folder is where the tests of a package run, and with which flags.
type folder struct {
	name, dir string
	flags     []string
}

// folders returns the folder of each package. Properties must not keep the cases in which a mutant failed, because they
// would replay them on the unchanged tree for ever.
func folders(ctx context.Context, tests []selection) (map[string]folder, error) {
	known := map[string]folder{}
	for _, t := range tests {
		if _, ok := known[t.pkg]; ok {
			continue
		}
		out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Name}}\n{{.Dir}}\n{{.TestImports}} {{.XTestImports}}", t.pkg).Output()
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", t.pkg, err)
		}
		name, rest, _ := strings.Cut(string(out), "\n")
		dir, imports, _ := strings.Cut(rest, "\n")
		f := folder{name: name, dir: dir}
		if strings.Contains(imports, "pgregory.net/rapid") {
			f.flags = []string{"-rapid.nofailfile"}
		}
		known[t.pkg] = f
	}
	return known, nil
}

func report(m *mutant, r *result, verbose bool) {
	switch {
	case r.err != nil:
		fmt.Printf("BROKEN    %-34s %v\n", m.name, r.err)
	case r.by == "":
		fmt.Printf("SURVIVED  %-34s %s\n", m.name, m.means)
	case r.tries > 1:
		fmt.Printf("noticed   %-34s %4.1f s  %s, at try %d\n", m.name, r.took.Seconds(), r.by, r.tries)
	default:
		fmt.Printf("noticed   %-34s %4.1f s  %s\n", m.name, r.took.Seconds(), r.by)
	}
	if verbose && r.by != "" {
		fmt.Println(r.output)
	}
}
