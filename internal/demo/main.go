// Command demo shows the whole life of a feature as a user would live it: it runs the built binary in a temporary
// directory, from definitions to an answer over HTTP, and then proves cell by cell that the answers of the server are
// what the offline history says.
//
// The offline side of the proof is pit.Naive, the slow and obvious join, computed in this process with no access to the
// online store; the online side is read over HTTP from the server's process, at the moment that its answers name. With
// -plant one stored value is changed behind the server's back: then the demo must fail and name it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	binary := flag.String("binary", "bin/truepoint", "the truepoint binary")
	plant := flag.Bool("plant", false, "change one stored value; the proof must find it")
	keep := flag.Bool("keep", false, "leave the repository behind")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, *binary, *plant, *keep)
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		stop()
		os.Exit(1)
	}
}

// run plays every step in a directory of its own.
func run(ctx context.Context, binary string, plant, keep bool) error {
	absolute, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	if _, err := os.Stat(absolute); err != nil {
		return fmt.Errorf("no binary: run make build first: %w", err)
	}
	dir, err := os.MkdirTemp("", "truepoint-demo-")
	if err != nil {
		return err
	}
	if keep {
		fmt.Println("the repository stays in", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	s := newStage(absolute, filepath.Join(dir, "fraud"))
	return play(ctx, s, plant)
}
