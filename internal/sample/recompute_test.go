package sample

import (
	"cmp"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A payment is a row of transactions.parquet.
type payment struct {
	user, merchant string
	at, chargeback eventtime.Instant
	amount         float64
}

func payments(b *value.Batch) []payment {
	out := make([]payment, b.Rows)
	for i := range out {
		out[i] = payment{
			user: b.Column("user_id").At(i).Text(), merchant: b.Column("merchant_id").At(i).Text(),
			at: b.Column("event_timestamp").At(i).Instant(), chargeback: eventtime.None, amount: b.Column("amount").At(i).Float(),
		}
		if c := b.Column("chargeback_timestamp"); !c.Null(i) {
			out[i].chargeback = c.At(i).Instant()
		}
	}
	return out
}

// window returns the payments of (event − days, event], in order of time.
func window(all []payment, event eventtime.Instant, days int64) []payment {
	out := slices.DeleteFunc(slices.Clone(all), func(p payment) bool {
		return p.at > event || p.at <= event-eventtime.Instant(days*int64(eventtime.Day))
	})
	slices.SortFunc(out, func(a, b payment) int { return cmp.Compare(a.at, b.at) })
	return out
}

func mean(ps []payment) value.Value {
	sum := 0.0
	for _, p := range ps {
		sum += p.amount
	}
	return value.OfFloat32(float32(sum / float64(len(ps))))
}

// userFeatures computes the features of a user from the raw payments of the week before a midnight.
func userFeatures(week []payment) map[string]value.Value {
	merchants := map[string]bool{}
	most := 0.0
	var hours float64
	for i, p := range week {
		merchants[p.merchant] = true
		most = max(most, p.amount)
		if i > 0 {
			hours += float64(p.at.Sub(week[i-1].at)) / float64(eventtime.Hour)
		}
	}
	out := map[string]value.Value{
		"transaction_count_7d":          value.OfInt64(int64(len(week))),
		"transaction_amount_avg_7d":     mean(week),
		"transaction_amount_max_7d":     value.OfFloat32(float32(most)),
		"unique_merchants_7d":           value.OfInt64(int64(len(merchants))),
		"avg_time_between_transactions": {},
	}
	if len(week) > 1 {
		out["avg_time_between_transactions"] = value.OfFloat32(float32(hours / float64(len(week)-1)))
	}
	return out
}

// merchantFeatures computes the features of a merchant from the raw payments of the 30 days before a midnight.
func merchantFeatures(month []payment, event eventtime.Instant) map[string]value.Value {
	complaints := 0
	for _, p := range month {
		if p.chargeback != eventtime.None && p.chargeback <= event {
			complaints++
		}
	}
	n := len(month)
	out := map[string]value.Value{"total_transactions_30d": value.OfInt64(int64(n)), "chargeback_rate_30d": {}, "avg_transaction_amount": {}, "risk_score": {}}
	if n > 0 {
		out["chargeback_rate_30d"] = value.OfFloat32(float32(complaints) / float32(n))
		out["avg_transaction_amount"] = mean(month)
	}
	if n >= 5 {
		out["risk_score"] = value.OfFloat32(float32(min(1, 8*float64(complaints+1)/float64(n+40))))
	}
	return out
}

// near allows a float the last bits of another order of the same sums.
func near(a, b value.Value) bool {
	if a.IsNull() || b.IsNull() || a.Kind() != value.Float32 {
		return a.Identical(b)
	}
	x, y := a.Float(), b.Float()
	return max(x-y, y-x) <= 1e-6*max(x, y)
}

func TestDailyTablesFollowFromTheRawPayments(t *testing.T) {
	t.Parallel()
	h := newFraudHistory(guideDate)
	byUser, byMerchant := map[string][]payment{}, map[string][]payment{}
	for _, p := range payments(h.transactionTable()) {
		byUser[p.user] = append(byUser[p.user], p)
		byMerchant[p.merchant] = append(byMerchant[p.merchant], p)
	}
	check := func(b *value.Batch, i int, want map[string]value.Value) {
		t.Helper()
		for name, w := range want {
			if got := b.Column(name).At(i); !near(got, w) {
				t.Fatalf("%s of %v at %s: got %v, want %v", name, b.Columns[0].At(i), b.Column("event_timestamp").At(i).Instant(), got, w)
			}
		}
	}
	users, checked := h.userTable(h.userRows()), 0
	corrected := map[string]bool{} // what came before is the nightly job's own row
	for i := range users.Rows {
		user, event := users.Column("user_id").At(i).Text(), users.Column("event_timestamp").At(i).Instant()
		want := userFeatures(window(byUser[user], event, 7))
		key := user + event.String()
		if corrected[key] {
			for _, name := range []string{"transaction_amount_avg_7d", "transaction_amount_max_7d"} {
				want[name] = value.OfFloat32(float32(want[name].Float() * 0.9))
			}
		}
		corrected[key] = true
		if len(user) == len("user_001") || i%97 == 0 || i > users.Rows-500 {
			check(users, i, want)
			checked++
		}
	}
	merchants := h.merchantTable()
	for i := 0; i < merchants.Rows; i += 53 {
		event := merchants.Column("event_timestamp").At(i).Instant()
		check(merchants, i, merchantFeatures(window(byMerchant[merchants.Column("merchant_id").At(i).Text()], event, 30), event))
		checked++
	}
	t.Logf("%d rows recomputed", checked)
}
