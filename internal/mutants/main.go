package main

import (
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
	if err := run(ctx, *only, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// atOnce is the number of mutants that are tried at a time; each builds and runs its tests with one processor.
const atOnce = 2

func run(ctx context.Context, only string, verbose bool) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	all, err := parse(list)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(m mutant) bool { return !wanted.MatchString(m.name) })
	packages := packagesOf(all)
	if len(packages) == 0 {
		return errors.New("no mutant has such a name")
	}
	if err := sound(ctx, packages); err != nil {
		return err
	}
	flags, err := testFlags(ctx, packages)
	if err != nil {
		return err
	}
	began := time.Now()
	results := make([]result, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range all {
		group.Go(func() error {
			results[i] = try(ctx, &all[i], flags)
			report(&all[i], &results[i], verbose)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	bad := 0
	for i := range results {
		if !results[i].killed() {
			bad++
		}
	}
	fmt.Printf("%d of %d mutants were noticed, in %.0f s\n", len(all)-bad, len(all), time.Since(began).Seconds())
	if bad > 0 {
		return fmt.Errorf("%d mutants survived or no longer apply", bad)
	}
	return nil
}

func packagesOf(all []mutant) []string {
	var packages []string
	for i := range all {
		packages = append(packages, all[i].tests...)
	}
	slices.Sort(packages)
	return slices.Compact(packages)
}

// sound runs every test that has to notice a mutant on the unchanged tree: a test that fails anyhow notices nothing.
func sound(ctx context.Context, packages []string) error {
	c := exec.CommandContext(ctx, "go", append([]string{"test", "-vet=off"}, packages...)...)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("the tests fail without any mutant:\n%s", out)
	}
	return nil
}

// testFlags returns what the tests of each package are called with: properties must not keep the cases in which a mutant
// failed, because they would replay them on the unchanged tree for ever.
func testFlags(ctx context.Context, packages []string) (map[string][]string, error) {
	flags := map[string][]string{}
	for _, p := range packages {
		out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.TestImports}} {{.XTestImports}}", p).Output()
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", p, err)
		}
		if strings.Contains(string(out), "pgregory.net/rapid") {
			flags[p] = []string{"-rapid.nofailfile"}
		}
	}
	return flags, nil
}

func report(m *mutant, r *result, verbose bool) {
	switch {
	case r.err != nil:
		fmt.Printf("BROKEN    %-34s %v\n", m.name, r.err)
	case r.by == "":
		fmt.Printf("SURVIVED  %-34s %s\n", m.name, m.means)
	default:
		fmt.Printf("noticed   %-34s %4.1f s  %s\n", m.name, r.took.Seconds(), r.by)
	}
	if verbose && r.by != "" {
		fmt.Println(r.output)
	}
}
