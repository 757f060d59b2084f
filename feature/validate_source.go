package feature

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// SourceTypes are the kinds of sources that can be declared.
func SourceTypes() []string {
	return []string{FileSource, "bigquery", "redshift", "snowflake", "postgres", "spark", "trino", "databricks", "sql", PushSource, RequestSource}
}

// LaterSourceTypes are the kinds that a later release reads.
func LaterSourceTypes() []string { return []string{"kafka", "kinesis"} }

func (c *checker) source(s *Source) {
	c.name("data source", s.Name, &s.Origin, "name")
	at := s.Origin.At("type")
	switch {
	case s.Type == "":
		c.fault("T0175", at, "data source %q has no type", s.Name).WithHint("write a type such as file or push")
		return
	case slices.Contains(LaterSourceTypes(), s.Type):
		c.wrong("T0160", at, errs.New(errs.Unimplemented, "data source %q is a %s source", s.Name, s.Type).
			WithHint("streams come in a later release; use a push source"))
		return
	case !slices.Contains(SourceTypes(), s.Type):
		hint := errs.DidYouMean(s.Type, SourceTypes())
		if hint == "" {
			hint = "use one of " + strings.Join(SourceTypes(), ", ")
		}
		c.fault("T0183", at, "data source %q has the unknown type %q", s.Name, s.Type).WithHint("%s", hint)
		return
	}
	switch s.Type {
	case PushSource:
		c.pushSource(s)
		return // the rest is said on its batch source
	case RequestSource:
		c.requestSource(s)
	case FileSource:
		c.fileSource(s)
	default:
		c.tableSource(s)
	}
	c.sourceColumns(s)
	c.sourceTimes(s)
	c.fieldMapping(s)
}

func (c *checker) requestSource(s *Source) {
	if len(s.Schema) == 0 {
		c.fault("T0121", s.Origin.At("schema"), "request source %q has no schema", s.Name).
			WithHint("list the columns: schema: [{name: amount, type: Float64}]")
	}
	c.fields(fieldList{what: "request source", owner: s.Name, path: "schema", fields: s.Schema, origin: &s.Origin})
}

func (c *checker) fileSource(s *Source) {
	if s.Table != "" || s.Query != "" {
		c.fault("T0183", s.Origin.Pos, "file source %q has a table or a query", s.Name).WithHint("give it a path alone")
	}
	if e := checkPath(s.Path); e != nil {
		e.Message = "data source " + quote(s.Name) + ": " + e.Message
		c.faults.Add(e.At(s.Origin.At("path")))
	}
}

// checkPath refuses what can be no path of a source: empty, unprintable, outside the repository by "..", or with a
// scheme that nothing reads.
func checkPath(p string) *errs.Error {
	fail := func(format string, args ...any) *errs.Error {
		return errs.New(errs.InvalidArgument, format, args...).WithID("T0140")
	}
	switch {
	case p == "":
		return fail("it has no path").WithHint("write path: data/transactions.parquet")
	case !utf8.ValidString(p) || strings.IndexFunc(p, unicode.IsControl) >= 0:
		return fail("the path holds control characters").WithHint("write a plain path")
	case len(p) > 4096:
		return fail("the path has %d bytes, at most 4096 are allowed", len(p)).WithHint("write a shorter path")
	}
	if scheme, rest, found := strings.Cut(p, "://"); found {
		schemes := []string{"s3", "gs", "azblob", "file"}
		switch {
		case !slices.Contains(schemes, scheme):
			hint := errs.DidYouMean(scheme, schemes)
			if hint == "" {
				hint = "use a file, s3://, gs:// or azblob://"
			}
			return fail("nothing reads %s:// paths", scheme).WithHint("%s", hint)
		case rest == "":
			return fail("path %q names no object", p).WithHint("write %s://bucket/path", scheme)
		}
		return nil
	}
	if clean := path.Clean(strings.ReplaceAll(p, `\`, "/")); !strings.HasPrefix(clean, "/") && (clean == ".." || strings.HasPrefix(clean, "../")) {
		return fail("path %q leads out of the repository", p).WithHint("move the data below the repository, or write an absolute path")
	}
	return nil
}

func (c *checker) tableSource(s *Source) {
	switch {
	case s.Path != "" && s.Type != "spark" && s.Type != "databricks":
		c.fault("T0183", s.Origin.At("path"), "%s source %q has a path", s.Type, s.Name).WithHint("use table or query, or type: file")
	case s.Table == "" && s.Query == "" && s.Path == "":
		c.fault("T0175", s.Origin.Pos, "%s source %q has neither table nor query", s.Type, s.Name).WithHint("write table: schema.name")
	case s.Table != "" && s.Query != "":
		c.fault("T0183", s.Origin.At("query"), "%s source %q has a table and a query", s.Type, s.Name).WithHint("keep one of them")
	}
	if s.Table == "" {
		return
	}
	parts := strings.Split(s.Table, ".")
	if len(parts) > 3 || slices.ContainsFunc(parts, func(p string) bool { return !tablePart.allows(p) }) {
		c.fault("T0141", s.Origin.At("table"), "table %s of source %q is no table name", quoteShort(s.Table), s.Name).
			WithHint("write name, schema.name or catalog.schema.name with letters, digits, _, $ and -")
	}
}

// sourceColumns checks the column names that a source mentions. They follow the file, not our rule for names.
func (c *checker) sourceColumns(s *Source) {
	check := func(path, column string) {
		if !utf8.ValidString(column) || strings.IndexFunc(column, unicode.IsControl) >= 0 || len(column) > 300 {
			c.fault("T0171", s.Origin.At(path), "%s %s of source %q is no column name", path, quoteShort(column), s.Name).
				WithHint("column names are printable and have at most 300 bytes")
		}
	}
	for i, f := range s.Schema {
		if path := index("schema", i); s.Type != RequestSource && f.Type.IsZero() {
			c.fault("T0122", s.Origin.At(path+".type"), "column %q of data source %q has no type", f.Name, s.Name).WithHint("write a type such as Int64")
		}
		if path := index("schema", i); s.Type != RequestSource {
			check(path+".name", f.Name)
		}
	}
	check("timestamp_field", s.TimestampField)
	check("created_timestamp_column", s.CreatedTimestampColumn)
	check("date_partition_column", s.DatePartitionColumn)
	check("deleted_column", s.DeletedColumn)
	check("event_id", s.EventID)
	for i, column := range s.TieBreak {
		path := index("tie_break", i)
		check(path, column)
		if column == "" || slices.Contains(s.TieBreak[:i], column) {
			c.fault("T0173", s.Origin.At(path), "tie_break column %q of source %q is empty or stands twice", column, s.Name).WithHint("remove it")
		}
	}
}

// tieRules are the choices of a source's ties.
var tieRules = []string{"last", "error"}

func (c *checker) sourceTimes(s *Source) {
	if s.Timezone != "" {
		_, err := eventtime.LoadLocation(s.Timezone)
		c.wrong("T0134", s.Origin.At("timezone"), err)
	}
	if s.TimestampUnit != "" {
		_, err := eventtime.ParseUnit(s.TimestampUnit)
		c.wrong("T0134", s.Origin.At("timestamp_unit"), err)
	}
	if s.Ties != "" && !slices.Contains(tieRules, s.Ties) {
		c.fault("T0134", s.Origin.At("ties"), "ties %q of source %q is neither last nor error", s.Ties, s.Name).
			WithHint("%s", errs.DidYouMean(s.Ties, tieRules))
	}
	at := s.Origin.At("availability")
	switch {
	case s.Availability.Rule == eventtime.ByCreatedTime && s.CreatedTimestampColumn == "":
		c.fault("T0132", at, "source %q is available by created_time but has no created_timestamp_column", s.Name).
			WithHint("name the column: created_timestamp_column: created_timestamp")
	case s.Availability.Delay < 0:
		c.fault("T0132", at, "the delay of source %q is negative", s.Name).WithHint("write a duration such as 10m")
	}
}

func (c *checker) fieldMapping(s *Source) {
	owner := map[string]string{}
	for _, from := range sortedKeys(s.FieldMapping) {
		to, at := s.FieldMapping[from], s.Origin.At("field_mapping."+from)
		if from == "" || to == "" {
			c.fault("T0142", at, "field_mapping of source %q maps %q to %q", s.Name, from, to).WithHint("write column: feature")
			continue
		}
		c.name("mapped column", to, &s.Origin, "field_mapping."+from)
		if was, twice := owner[to]; twice {
			c.fault("T0142", at, "field_mapping of source %q maps both %q and %q to %q", s.Name, was, from, to).
				WithHint("map each column to a name of its own")
		}
		owner[to] = from
	}
}
