package feature

import (
	"regexp"
	"strings"

	"github.com/truepoint/truepoint/eventtime"
)

// pushSource checks that rows can be appended to the batch source, and that all else is said there.
func (c *checker) pushSource(s *Source) {
	c.pushSettings(s)
	at := s.Origin.At("batch_source")
	if s.BatchSource == "" {
		c.fault("T0143", at, "push source %q has no batch_source", s.Name).
			WithHint("name the source that holds the history: batch_source: user_transactions")
		return
	}
	batch, ok := c.sources[s.BatchSource]
	switch {
	case !ok:
		c.wrong("T0180", at, c.set.unknownSource(s.BatchSource))
	case batch == s:
		c.fault("T0143", at, "push source %q is its own batch source", s.Name).WithHint("name a file or table source")
	case batch.Type == PushSource || batch.Type == RequestSource:
		c.fault("T0143", at, "batch source %q of push source %q is a %s source%s", batch.Name, s.Name, batch.Type, seen(batch.Origin.Pos)).
			WithHint("name a file or table source")
	case batch.Type == FileSource && isGlob(batch.Path):
		c.fault("T0143", at, "push source %q cannot append to the pattern %q%s", s.Name, batch.Path, seen(batch.Origin.At("path"))).
			WithHint("give the batch source a file or a directory as its path")
	case batch.Availability.Rule == eventtime.ByDelay:
		c.fault("T0143", at, "batch source %q of push source %q declares a delay%s: what is pushed is usable at once", batch.Name, s.Name, seen(batch.Origin.At("availability"))).
			WithHint("leave availability out, or use event_time or created_time")
	}
}

// parameters are what the address of an object ends in that says how to reach it, such as ?region=eu-west-1.
var parameters = regexp.MustCompile(`\?[A-Za-z0-9_]+=[^?]*$`)

// isGlob reports whether a path is a pattern.
func isGlob(p string) bool {
	if strings.Contains(p, "://") {
		p = parameters.ReplaceAllString(p, "")
	}
	return strings.ContainsAny(p, "*?[")
}

// pushSettings refuses what a push source says in vain: its rows have the columns, times and ties of its batch source.
func (c *checker) pushSettings(s *Source) {
	owner := "its batch source"
	if s.BatchSource != "" {
		owner = "batch source " + quoteShort(s.BatchSource)
	}
	for _, said := range []struct {
		setting string
		set     bool
	}{
		{"path", s.Path != ""}, {"table", s.Table != ""}, {"query", s.Query != ""}, {"schema", s.Schema != nil},
		{"timestamp_field", s.TimestampField != ""}, {"created_timestamp_column", s.CreatedTimestampColumn != ""},
		{"availability", s.Availability != eventtime.Availability{}}, {"field_mapping", s.FieldMapping != nil},
		{"date_partition_column", s.DatePartitionColumn != ""}, {"timezone", s.Timezone != ""}, {"timestamp_unit", s.TimestampUnit != ""},
		{"tie_break", s.TieBreak != nil}, {"ties", s.Ties != ""}, {"deleted_column", s.DeletedColumn != ""}, {"event_id", s.EventID != ""},
	} {
		_, written := s.Origin.Fields[said.setting] // a default that was written is not what applies either
		at := s.Origin.At(said.setting)
		switch {
		case !said.set && !written:
		case said.setting == "availability" && s.Availability.Rule == eventtime.ByDelay:
			c.fault("T0143", at, "push source %q declares a delay: what is pushed is usable at once", s.Name).WithHint("leave availability out")
		case said.setting == "schema":
			c.fault("T0143", at, "schema has no effect on push source %q", s.Name).WithHint("name the columns in the schema of its feature views")
		default:
			c.fault("T0143", at, "%s has no effect on push source %q: it is that of %s", said.setting, s.Name, owner).
				WithHint("write %s on %s", said.setting, owner)
		}
	}
}
