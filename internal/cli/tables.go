package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"strings"

	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// readTyped reads a table whose columns named in fields are converted to the types there, and opt.Moments to instants. A
// column that the file lacks is left to the engines, which know whether it is needed. Text files cannot tell "1" from 1:
// the types decide.
func readTyped(ctx context.Context, path string, fields []value.Field, opt *offline.TableOptions) (*value.Batch, error) {
	return drivers.ReadTable(ctx, path, typed(fields, opt))
}

// typed returns opt with the types of fields and of moments, for the columns that a file has.
func typed(fields []value.Field, opt *offline.TableOptions) *offline.TableOptions {
	with := offline.TableOptions{}
	if opt != nil {
		with = *opt
	}
	with.IfThere, with.Types = true, map[string]value.Type{}
	for _, f := range fields {
		with.Types[f.Name] = f.Type
	}
	for _, m := range with.Moments {
		with.Types[m] = value.Scalar(value.UnixTimestamp)
	}
	return &with
}

// openSpine opens the spine that the flags name, with join keys of the types in fields.
func (a *app) openSpine(v *historicalVerb, fields []value.Field) (*offline.TableFile, error) {
	loc, err := eventtime.LoadLocation(v.Timezone)
	if err != nil {
		return nil, err
	}
	opt := &offline.TableOptions{Location: loc, Moments: []string{v.TimestampField}}
	if v.TimestampUnit != "" {
		if opt.Unit, err = eventtime.ParseUnit(v.TimestampUnit); err != nil {
			return nil, err
		}
	}
	path := cmp.Or(v.Entities, v.Dataframe)
	if strings.HasPrefix(strings.TrimSpace(path), "[") {
		if path, err = framesToLines(path); err != nil {
			return nil, err
		}
		defer os.Remove(path) // what is open can be read
	}
	return drivers.OpenTable(a.ctx, path, typed(fields, opt))
}

// framesToLines writes a JSON array of objects, Feast's --dataframe, to a temporary file of JSON lines.
func framesToLines(text string) (path string, err error) {
	var rows []json.RawMessage
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return "", errs.Wrap(err, errs.InvalidArgument, "--dataframe is no JSON array of objects").WithID("T0946").
			WithHint(`write it as '[{"user_id": "user_001", "event_timestamp": "2026-03-01T10:00:00"}]'`)
	}
	f, err := os.CreateTemp("", "truepoint-*.jsonl")
	if err != nil {
		return "", errs.Wrap(err, errs.Unavailable, "cannot make a temporary file").WithID("T0947")
	}
	var b bytes.Buffer
	for _, r := range rows {
		b.Write(r)
		b.WriteByte('\n')
	}
	_, err = f.Write(b.Bytes())
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return f.Name(), err
}
