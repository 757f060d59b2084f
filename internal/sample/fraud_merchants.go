package sample

import (
	"math/rand/v2"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// merchantTable returns the daily table of merchant features: for each midnight and each merchant that had a payment
// before it, the payments and the complaints that had arrived of the 30 days before. The rate is null for a merchant
// without payments in the window, the score for one with fewer than five. One row in fifty arrives a day late.
func (h *fraudHistory) merchantTable() *value.Batch {
	t := newTable([]value.Field{
		{Name: "merchant_id", Type: value.Scalar(value.String)},
		{Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "created_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "chargeback_rate_30d", Type: value.Scalar(value.Float32)},
		{Name: "avg_transaction_amount", Type: value.Scalar(value.Float32)},
		{Name: "total_transactions_30d", Type: value.Scalar(value.Int64)},
		{Name: "risk_score", Type: value.Scalar(value.Float32)},
	}, fraudDays*len(h.merchants))
	rng := rand.New(rand.NewPCG(2026, 30))
	payments := h.byMerchant()
	starts := make([]int, len(h.merchants)+1)
	for i, p := range payments {
		starts[p.merchant+1] = i + 1
	}
	for i := 1; i < len(starts); i++ {
		starts[i] = max(starts[i], starts[i-1])
	}
	for day := 1; day <= fraudDays; day++ {
		event := h.start.Add(eventtime.Duration(day) * eventtime.Day)
		for m, name := range h.merchants {
			own := payments[starts[m]:starts[m+1]]
			if len(own) == 0 || own[0].at > event {
				continue
			}
			created := event.Add(eventtime.Duration(5+rng.IntN(50)) * eventtime.Minute)
			if rng.IntN(50) == 0 {
				created = created.Add(eventtime.Day)
			}
			if created > h.end.Add(eventtime.Hour) {
				continue
			}
			row := summarizeMerchant(own, event)
			t.append(append([]value.Value{value.OfString(name), value.OfInstant(event), value.OfInstant(created)}, row...)...)
		}
	}
	return t.batch()
}

// summarizeMerchant returns rate, average, total and score of one merchant at a midnight.
func summarizeMerchant(payments []transaction, event eventtime.Instant) []value.Value {
	var total, complaints int64
	var sum float64
	from := event.Add(-30 * eventtime.Day)
	for _, p := range payments {
		if p.at <= from || p.at > event {
			continue
		}
		total++
		sum += p.amount
		if p.chargeback != eventtime.None && p.chargeback <= event {
			complaints++
		}
	}
	rate, average, score := value.Value{}, value.Value{}, value.Value{}
	if total > 0 {
		rate = value.OfFloat32(float32(float64(complaints) / float64(total)))
		average = value.OfFloat32(float32(sum / float64(total)))
	}
	if total >= 5 {
		share := float64(complaints+1) / float64(total+40)
		score = value.OfFloat32(float32(min(1, share*8)))
	}
	return []value.Value{rate, average, value.OfInt64(total), score}
}
