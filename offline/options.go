package offline

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/tablefile"
)

// FileOptions returns how the files of a source are read: its timezone, its timestamp_unit, and its option
// "separator" for CSV, one ASCII character, default a comma. Errors: InvalidArgument for a value that is none.
func FileOptions(s *feature.Source) (*tablefile.Options, error) {
	loc, err := eventtime.LoadLocation(s.Timezone)
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "source %q", s.Name).WithID("T0103")
	}
	opt := &tablefile.Options{Location: loc}
	if s.TimestampUnit != "" {
		if opt.Unit, err = eventtime.ParseUnit(s.TimestampUnit); err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "source %q", s.Name).WithID("T0104")
		}
	}
	if sep := s.Options["separator"]; sep != "" {
		if opt.Separator, err = tablefile.ParseSeparator(sep); err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "source %q", s.Name).WithID("T0515")
		}
	}
	return opt, nil
}
