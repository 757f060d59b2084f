package serving

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A verdict says whether a stored row answers, and if not why.
type verdict uint8

const (
	answers      verdict = iota // its cells are PRESENT or null, each for itself
	notFound                    // there is no row, or it was deleted, or was not available yet
	tooOld                      // beyond its ttl
	asOfNotKept                 // later than the asOf that was given
	fromFuture                  // further ahead of the clock than max_skew
	storeFailed                 // the store could not be asked
	rowFailed                   // the row could not be understood
	verdictCodes                // how many there are
)

// status returns the status of a cell; of answers that of one that is not null.
func (v verdict) status() value.Status {
	switch v {
	case answers:
		return value.Present
	case notFound:
		return value.NotFound
	case tooOld:
		return value.OutsideMaxAge
	}
	return value.Error
}

func (v verdict) reason() string {
	switch v {
	case asOfNotKept:
		return ReasonAsOf
	case fromFuture:
		return ReasonFutureRow
	case storeFailed:
		return ReasonStore
	case rowFailed:
		return ReasonRow
	}
	return ""
}

// dated reports whether a cell has the event time of the stored row.
func (v verdict) dated() bool {
	return v == answers || v == tooOld || v == asOfNotKept || v == fromFuture
}

// failure returns the verdict on all rows of a read that failed.
func failure(err error) verdict {
	if code := errs.CodeOf(err); code == errs.DataLoss || code == errs.FailedPrecondition {
		return rowFailed
	}
	return storeFailed
}

// A judge decides about stored rows at one asOf.
type judge struct {
	given bool              // the caller gave the asOf
	asOf  eventtime.Instant // of the response
	limit eventtime.Instant // rows later than this are from the future; unless given
}

// newJudge returns the judge of a request that gives asOf, or None. Without one, every stored row must be shown to it
// before the first is judged.
func (s *Server) newJudge(asOf eventtime.Instant) judge {
	if asOf != eventtime.None {
		return judge{given: true, asOf: asOf}
	}
	now := s.clock()
	return judge{asOf: now, limit: now.Add(s.opt.MaxSkew)}
}

// see moves the asOf of a request that gives none to the moment of a row, if that is later and not further ahead of the
// clock than limit (design/semantics.md 6.1).
func (j *judge) see(u *feature.Use, row *online.RowInfo) {
	if row.Found && !j.given {
		if at, _, _ := moment(u, row); at <= j.limit {
			j.asOf = max(j.asOf, at)
		}
	}
}

// moment returns the later of the event and the available time of a stored row, and the available time.
func moment(u *feature.Use, row *online.RowInfo) (at, available eventtime.Instant, ok bool) {
	available, ok = u.Availability().Of(row.Event, row.Created)
	return max(row.Event, available), available, ok
}

// row judges what was read of one key.
func (j *judge) row(u *feature.Use, row *online.RowInfo) verdict {
	if !row.Found {
		return notFound
	}
	at, available, ok := moment(u, row)
	switch {
	case j.given && at > j.asOf:
		return asOfNotKept
	case !j.given && at > j.limit:
		return fromFuture
	case !ok:
		return notFound
	}
	ttl := u.View.TTL
	if row.Deleted && u.View.Windowed() { // windows that became empty stay so, and no later run says it again
		ttl = 0
	}
	switch pit.Judge(row.Event, available, j.asOf, ttl, row.Deleted) {
	case value.Present:
		return answers
	case value.OutsideMaxAge:
		return tooOld
	}
	return notFound
}
