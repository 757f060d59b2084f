package collect

import (
	"cmp"
	"context"
	"errors"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/state"
)

// A RecordKind is a kind of records of the state store that grow in number.
type RecordKind string

// The kinds.
const (
	RunRecords  RecordKind = "runs"
	PushRecords RecordKind = "push log"
	PushIDs     RecordKind = "push ids"
	Receipts    RecordKind = "receipts"
)

// An Archive knows which records of a kind nothing refers to.
type Archive struct {
	Kind RecordKind
	Keep eventtime.Duration // after which they go whatever the request says; 0: the request decides
	// Old returns the records of before an instant that may go.
	Old func(ctx context.Context, before eventtime.Instant) ([]state.Record, error)
}

// Records is a line of a report about a kind of records.
type Records struct {
	Kind   RecordKind        `json:"kind"`
	Before eventtime.Instant `json:"before"` // they are older than this
	Count  int64             `json:"count"`
	Bytes  int64             `json:"bytes"` // of their values
	Action Action            `json:"action"`
	Why    string            `json:"why,omitempty"` // not all went
}

// records removes the old records of every kind, or counts them.
func (c *collection) records(ctx context.Context) error {
	for _, a := range c.env.Archives {
		keep := cmp.Or(a.Keep, c.req.Records[a.Kind])
		if keep == 0 {
			continue
		}
		line := Records{Kind: a.Kind, Before: c.began.Add(-keep), Action: WouldGo}
		old, err := a.Old(ctx, line.Before)
		if err != nil {
			return err
		}
		if len(old) == 0 {
			continue
		}
		err = c.forget(ctx, &line, old)
		c.report.Records = append(c.report.Records, line)
		if err != nil {
			return err
		}
	}
	return nil
}

// forget removes records, but for those that somebody has changed meanwhile, and counts them.
func (c *collection) forget(ctx context.Context, line *Records, old []state.Record) error {
	if !c.req.DryRun {
		line.Action = Kept
	}
	for _, r := range old {
		if !c.req.DryRun {
			if line.Why = c.beyond(0); line.Why != "" {
				return nil
			}
			err := c.env.State.Delete(ctx, r.Key, r.Version)
			if err != nil && c.env.stateCode(err) == errs.Aborted {
				continue
			}
			if err != nil {
				return errs.Wrap(err, c.env.stateCode(err), "remove the record %q", r.Key)
			}
			line.Action = Gone
		}
		line.Count++
		line.Bytes += int64(len(r.Value))
	}
	return nil
}

// stateCode returns the code of an error of the state store.
func (e *Env) stateCode(err error) errs.Code {
	var coded *errs.Error
	if errors.As(err, &coded) {
		return coded.Code
	}
	return e.State.Code(err)
}
