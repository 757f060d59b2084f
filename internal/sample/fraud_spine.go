package sample

import (
	"math/rand/v2"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A guideRow is one of the four example rows of the guide that the fraud repository follows.
type guideRow struct {
	user, merchant string
	at             eventtime.Instant // seconds since the epoch × 10⁶
	label          int64
}

func guideRows() []guideRow {
	const s = 1e6
	return []guideRow{
		{"user_001", "merch_100", 1772359200 * s, 0}, // 2026-03-01 10:00:00
		{"user_002", "merch_200", 1772461800 * s, 1}, // 2026-03-02 14:30:00
		{"user_003", "merch_100", 1772529300 * s, 0}, // 2026-03-03 09:15:00
		{"user_001", "merch_300", 1772729100 * s, 1}, // 2026-03-05 16:45:00
	}
}

// spine returns 50,000 labelled rows in no order of time: every payment that was charged back (label 1) and a random
// choice of the others. The guide's four rows come first when they lie within the history.
func (h *fraudHistory) spine() *value.Batch {
	t := newTable([]value.Field{
		{Name: "user_id", Type: value.Scalar(value.String)},
		{Name: "merchant_id", Type: value.Scalar(value.String)},
		{Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "label", Type: value.Scalar(value.Int64)},
	}, fraudSpineRows)
	for _, g := range guideRows() {
		if g.at > h.start && g.at <= h.end {
			t.append(value.OfString(g.user), value.OfString(g.merchant), value.OfInstant(g.at), value.OfInt64(g.label))
		}
	}
	rng := rand.New(rand.NewPCG(2026, 50000))
	chosen := make([]int, 0, fraudSpineRows)
	for _, want := range []bool{true, false} {
		for _, i := range rng.Perm(len(h.transactions)) {
			if (h.transactions[i].chargeback != eventtime.None) == want && len(chosen) < fraudSpineRows-t.rows {
				chosen = append(chosen, i)
			}
		}
	}
	rng.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	for _, i := range chosen {
		p := h.transactions[i]
		label := int64(0)
		if p.chargeback != eventtime.None {
			label = 1
		}
		t.append(value.OfString(h.users[p.user]), value.OfString(h.merchants[p.merchant]), value.OfInstant(p.at), value.OfInt64(label))
	}
	return t.batch()
}

// transactionTable returns the raw payments in order of user and time.
func (h *fraudHistory) transactionTable() *value.Batch {
	t := newTable([]value.Field{
		{Name: "user_id", Type: value.Scalar(value.String)},
		{Name: "merchant_id", Type: value.Scalar(value.String)},
		{Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "created_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "amount", Type: value.Scalar(value.Float64)},
		{Name: "chargeback_timestamp", Type: value.Scalar(value.UnixTimestamp)},
	}, len(h.transactions))
	for _, p := range h.transactions {
		complaint := value.Value{}
		if p.chargeback != eventtime.None && p.chargeback <= h.end {
			complaint = value.OfInstant(p.chargeback)
		}
		t.append(value.OfString(h.users[p.user]), value.OfString(h.merchants[p.merchant]), value.OfInstant(p.at),
			value.OfInstant(p.created), value.OfFloat64(p.amount), complaint)
	}
	return t.batch()
}
