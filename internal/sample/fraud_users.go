package sample

import (
	"math/rand/v2"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A userRow is one row of the daily table of user features: the payments of the 7 days before event.
type userRow struct {
	user           int32
	event, created eventtime.Instant
	count          int64
	average, most  float32
	merchants      int64
	gap            float32 // mean hours between payments
	gapKnown       bool    // false with fewer than two payments
}

// userRows returns what the nightly job wrote, in order of day and user, corrections last: for each midnight and each
// user with a payment in (midnight − 7 d, midnight] one row. Of the rows, 2 % arrive 1 to 3 days late and 0.5 % are
// corrected afterwards by a row with the same event time; what would arrive after the end is missing.
func (h *fraudHistory) userRows() []userRow {
	rng := rand.New(rand.NewPCG(2026, 7))
	days := make([][]userRow, fraudDays+1)
	corrections := []userRow{}
	known := h.end.Add(eventtime.Hour)
	for lo := 0; lo < len(h.transactions); {
		hi := lo
		for hi < len(h.transactions) && h.transactions[hi].user == h.transactions[lo].user {
			hi++
		}
		for day := 1; day <= fraudDays; day++ {
			event := h.start.Add(eventtime.Duration(day) * eventtime.Day)
			row, any := summarizeUser(h.transactions[lo:hi], event)
			if !any {
				continue
			}
			row.created = event.Add(eventtime.Duration(2+rng.IntN(50)) * eventtime.Minute)
			if rng.Float64() < 0.02 {
				row.created = event.Add(eventtime.Duration(24+rng.IntN(48)) * eventtime.Hour)
			}
			if rng.Float64() < 0.005 {
				fixed := row
				fixed.created = row.created.Add(eventtime.Duration(6+rng.IntN(42)) * eventtime.Hour)
				fixed.average, fixed.most = row.average*0.9, row.most*0.9
				if fixed.created <= known {
					corrections = append(corrections, fixed)
				}
			}
			if row.created <= known {
				days[day] = append(days[day], row)
			}
		}
		lo = hi
	}
	out := []userRow{}
	for _, rows := range days {
		out = append(out, rows...)
	}
	return append(out, corrections...)
}

// summarizeUser computes the features of one user at a midnight from that user's payments in order of time; any is
// false when there was no payment in the window.
func summarizeUser(payments []transaction, event eventtime.Instant) (row userRow, any bool) {
	from := event.Add(-7 * eventtime.Day)
	seen := map[int32]struct{}{}
	var sum float64
	var first, last eventtime.Instant
	for _, t := range payments {
		if t.at <= from || t.at > event {
			continue
		}
		if row.count == 0 {
			first = t.at
		}
		last = t.at
		row.user = t.user
		row.count++
		sum += t.amount
		row.most = max(row.most, float32(t.amount))
		seen[t.merchant] = struct{}{}
	}
	if row.count == 0 {
		return row, false
	}
	row.event = event
	row.average = float32(sum / float64(row.count))
	row.merchants = int64(len(seen))
	if row.count > 1 {
		row.gap = float32(float64(last-first) / float64(row.count-1) / float64(eventtime.Hour))
		row.gapKnown = true
	}
	return row, true
}

// userTable returns rows as columns, named as in the definitions.
func (h *fraudHistory) userTable(rows []userRow) *value.Batch {
	t := newTable([]value.Field{
		{Name: "user_id", Type: value.Scalar(value.String)},
		{Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "created_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "transaction_count_7d", Type: value.Scalar(value.Int64)},
		{Name: "transaction_amount_avg_7d", Type: value.Scalar(value.Float32)},
		{Name: "transaction_amount_max_7d", Type: value.Scalar(value.Float32)},
		{Name: "unique_merchants_7d", Type: value.Scalar(value.Int64)},
		{Name: "avg_time_between_transactions", Type: value.Scalar(value.Float32)},
	}, len(rows))
	for _, r := range rows {
		gap := value.Value{}
		if r.gapKnown {
			gap = value.OfFloat32(r.gap)
		}
		t.append(value.OfString(h.users[r.user]), value.OfInstant(r.event), value.OfInstant(r.created),
			value.OfInt64(r.count), value.OfFloat32(r.average), value.OfFloat32(r.most), value.OfInt64(r.merchants), gap)
	}
	return t.batch()
}
