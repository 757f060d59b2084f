package cli

import (
	"os"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/checkup"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/online"
)

type doctorVerb struct{ estimateFlags }

// runsLooked is how many runs of a view doctor looks at.
const runsLooked = 20

// Help tells what the levels mean.
func (v *doctorVerb) Help() string {
	return "Goes through the checklist for production and says what to do: availability, interval of runs against what values are used for, ttl against the interval, " +
		"backup, monitoring, alerts, security. fail is wrong now, warn is yours to decide about or cannot be seen from here. The exit status is 3 if anything fails."
}

// Run implements doctor.
func (v *doctorVerb) Run(a *app) error {
	if v.Estimate {
		return v.estimateFlags.run(a)
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	f := &checkup.Facts{Now: a.now(), Server: checkup.Server{Host: c.Server.Host, Tokens: c.Server.TokensFile != ""}, Files: files(c)}
	opt, err := drivers.Open(a.ctx, c, a.Clock)
	if err != nil {
		f.Stores = []checkup.Store{{Role: "stores", Type: "one of registry, online_store and offline_store", Err: err}}
		return a.printCheckup(checkup.Run(f))
	}
	s, err := truepoint.New(opt)
	if err != nil {
		return err
	}
	err = a.examine(c, s, opt.Online, f)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return a.printCheckup(checkup.Run(f))
}

// examine fills f with what the stores say. An online store that does not answer is told apart from definitions that it
// would need.
func (a *app) examine(c *config.Config, s *truepoint.Store, d online.Driver, f *checkup.Facts) error {
	set, _, err := s.Definitions(a.ctx)
	f.Stores = append(f.Stores, checkup.Store{Role: "registry", Type: c.Registry.Type, Local: c.Registry.Path != "", Kept: true, Err: err})
	if err != nil {
		return nil //nolint:nilerr // it is a finding
	}
	if c.Online.Type != "none" {
		_, err := d.Tables(a.ctx)
		if err == nil {
			err = s.Ready(a.ctx)
		}
		f.Stores = append(f.Stores, checkup.Store{Role: "online store", Type: c.Online.Type, Local: c.Online.Path != "", Err: err})
	}
	f.Stores = append(f.Stores, checkup.Store{Role: "offline store", Type: c.Offline.Type, Local: c.Offline.Type == "file", Kept: true, Err: a.sourcesAnswer(s, set)})
	fresh, err := s.Freshness(a.ctx)
	if err != nil {
		return err
	}
	for _, of := range fresh {
		view, ok := set.View(of.View)
		if !ok || !view.Online {
			continue
		}
		list, err := s.Runs(a.ctx, of.View, runsLooked)
		if err != nil {
			return err
		}
		f.Views = append(f.Views, checkup.View{Definition: view, Newest: of.NewestEvent, LastGood: of.LastRun, Runs: list})
	}
	return nil
}

// sourcesAnswer returns why batch sources cannot be read, nil if their columns are all there to see.
func (a *app) sourcesAnswer(s *truepoint.Store, set *feature.Set) error {
	var faults []error
	for _, source := range set.Sources {
		if source.Type != feature.PushSource && source.Type != feature.RequestSource {
			_, err := s.Columns(a.ctx, source)
			faults = append(faults, err)
		}
	}
	return errs.Join(faults...)
}

// files returns the files of the repository whose access counts.
func files(c *config.Config) []checkup.File {
	out := []checkup.File{file(c.File, "the configuration", c.HasSecrets())}
	if c.Registry.Path != "" {
		out = append(out, file(c.Registry.Path, "the registry", false))
	}
	if c.Server.TokensFile != "" {
		out = append(out, file(c.Server.TokensFile, "the list of tokens", true))
	}
	return out
}

func file(path, what string, secret bool) checkup.File {
	info, err := os.Stat(path)
	if err != nil {
		return checkup.File{Path: path, What: what, Secret: secret, Missing: true}
	}
	return checkup.File{Path: path, What: what, Secret: secret, Mode: uint32(info.Mode().Perm())}
}

// printCheckup prints the checklist; a failed check is exit status 3.
func (a *app) printCheckup(checks []checkup.Check) error {
	answer := &screen.Answer{Value: orEmpty(checks), Names: []string{}, Table: &screen.Table{Columns: screen.Columns("CHECK", "OF", "RESULT", "FOUND", "?TO DO")}}
	styles := map[checkup.Level]screen.Style{checkup.Pass: screen.Good, checkup.Warn: screen.Caution, checkup.Fail: screen.Bad}
	for _, c := range checks {
		if c.Level == checkup.Fail {
			answer.Names = append(answer.Names, c.Topic+"/"+c.Subject)
		}
		answer.Table.AddCells(append(texts(c.Topic, c.Subject), screen.Cell{Text: string(c.Level), Style: styles[c.Level]}, screen.Cell{Text: c.Finding}, screen.Cell{Text: c.Fix})...)
	}
	if err := a.print(answer); err != nil {
		return err
	}
	if checkup.Worst(checks) == checkup.Fail {
		return saidNo()
	}
	return nil
}
