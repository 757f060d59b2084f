package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
)

// configName is the configuration file looked for in the repository.
const configName = "feature_store.yaml"

// settings goes to the repository and reads its configuration; warnings are printed. The repository is the directory
// of -c or the working directory, also where -f names a file elsewhere.
func (a *app) settings() (*config.Config, error) {
	if err := a.chdir(); err != nil {
		return nil, err
	}
	repository := cmp.Or(a.Dir, ".")
	path := a.Config
	if path == "" {
		path = filepath.Join(repository, configName)
		if _, err := os.Stat(path); os.IsNotExist(err) {
			dir, _ := filepath.Abs(repository)
			return nil, errs.New(errs.NotFound, "no %s in %s", configName, dir).WithID("T0910").
				WithHint("go to a repository, name one with -c DIR, or make one: truepoint init")
		}
	}
	c, warnings, err := config.Load(path, &config.Setting{Dir: repository, Env: a.Env})
	if err != nil {
		return nil, err
	}
	a.warn(warnings)
	if a.Project != "" {
		c.Project = a.Project
	}
	if a.ack != "" {
		return c, drivers.Acknowledge(c, a.ack)
	}
	return c, nil
}

// wanted reads the configuration and the definition files of the repository; warnings are printed.
func (a *app) wanted() (*config.Config, *feature.Set, error) {
	c, err := a.settings()
	if err != nil {
		return nil, nil, err
	}
	set, err := a.defined(c)
	return c, set, err
}

// defined reads the definition files of the repository; warnings are printed.
func (a *app) defined(c *config.Config) (*feature.Set, error) {
	set, warnings, err := definitions.Load(a.ctx, c.Dir, &definitions.Options{Project: c.Project, Overrides: c.Sources})
	a.warn(warnings)
	return set, err
}

func (a *app) warn(warnings []errs.Error) {
	for i := range warnings {
		fmt.Fprint(a.err.Out, a.err.Warning(&warnings[i]))
	}
}

// withStore opens the store of the repository, calls work, and closes it.
func (a *app) withStore(work func(*truepoint.Store) error) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	return a.withOpened(c, work)
}

// withOpened opens the store of a configuration, calls work, and closes it.
func (a *app) withOpened(c *config.Config, work func(*truepoint.Store) error) error {
	opt, err := drivers.Open(a.ctx, c, a.Clock)
	if err != nil {
		c.Annotate(err)
		return err
	}
	var mu sync.Mutex
	opt.Warn = func(w *errs.Error) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprint(a.err.Out, a.err.Warning(w))
	}
	for _, w := range opt.Warnings {
		opt.Warn(w)
	}
	s, err := truepoint.New(opt)
	if err != nil {
		return err
	}
	err = work(s)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	return err
}

// withSet opens the store and calls work with the applied definitions.
func (a *app) withSet(work func(*truepoint.Store, *feature.Set, registry.Revision) error) error {
	return a.withStore(func(s *truepoint.Store) error {
		set, rev, err := s.Definitions(a.ctx)
		if err != nil {
			return err
		}
		return work(s, set, rev)
	})
}
