package reads

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/internal/listen"
)

// A Program is what the programs have in common that measure the binary beside a hello: a server that answers with a
// constant.
type Program struct {
	Binary     string // absolute
	Repository Repository
	Pairs      int
	Slice      time.Duration // of one side of a pair

	name string
}

// Main reads the flags of a program and runs it on the second core, when the repository has been made by a process of its
// own. Started by itself, the program makes the repository, or is the yardstick: hello.
func Main(name string, hello func(size int) error, run func(context.Context, *Program) error) {
	p := &Program{name: name}
	flag.StringVar(&p.Binary, "binary", "bin/truepoint", "the program, built by make build")
	flag.StringVar(&p.Repository.Dir, "data", "bench/data/http", "directory of the repository that is served")
	flag.StringVar(&p.Repository.Redis, "redis", "", "used by the program itself: address of the online store, instead of the embedded one")
	flag.IntVar(&p.Repository.Keys, "keys", 100_000, "entities stored")
	flag.IntVar(&p.Pairs, "pairs", 5, "interleaved pairs")
	flag.DurationVar(&p.Slice, "slice", 3*time.Second, "length of one side of a pair")
	prepare := flag.Bool("prepare", false, "only make the store")
	size := flag.Int("hello", 0, "used by the program itself: serve a constant body of this many bytes")
	flag.Parse()
	work := func(ctx context.Context) error { return p.measure(ctx, run) }
	switch {
	case *prepare:
		work = p.Repository.Prepare
	case *size > 0:
		work = func(context.Context) error { return hello(*size) }
	}
	if err := work(context.Background()); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

func (p *Program) measure(ctx context.Context, run func(context.Context, *Program) error) (err error) {
	if p.Binary, err = filepath.Abs(p.Binary); err != nil {
		return err
	}
	if err := p.Fill(ctx, &p.Repository); err != nil {
		return err
	}
	measure.Start(p.name)
	if err := Pin(os.Getpid(), 1); err != nil {
		return err
	}
	return run(ctx, p)
}

// Fill makes a repository in a process of its own, so that its memory is not that of the load.
func (p *Program) Fill(ctx context.Context, r *Repository) error {
	_, err := measure.Self(ctx, "-prepare", "-data", r.Dir, "-redis", r.Redis, "-keys", strconv.Itoa(r.Keys))
	return err
}

// Serve starts the binary on the first core for a repository; told and args are those of listen.Start.
func (p *Program) Serve(ctx context.Context, r *Repository, told func(string), args ...string) (s *listen.Server, err error) {
	err = OnCore(0, func() error {
		s, err = listen.Start(ctx, p.Binary, r.Dir, nil, told, args...)
		return err
	})
	return s, err
}
