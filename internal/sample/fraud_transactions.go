package sample

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
)

// Shape of the fraud history.
const (
	fraudDays      = 60
	fraudUsers     = 20000 // user_0001 …; besides them user_001 to user_003
	fraudMerchants = 2000  // merch_0001 …; besides them merch_100, merch_200, merch_300
	fraudSpineRows = 50000
)

// A transaction is one card payment.
type transaction struct {
	user, merchant int32 // index into fraudHistory.users and merchants
	at             eventtime.Instant
	created        eventtime.Instant // when the payment was booked
	amount         float64           // in won, a multiple of 100
	chargeback     eventtime.Instant // when the holder's complaint arrived; None: never
}

// A fraudHistory is what happened between start and end.
type fraudHistory struct {
	start, end   eventtime.Instant // midnights; end is the date asked for
	users        []string
	merchants    []string
	transactions []transaction // in order of user, then time
}

// newFraudHistory simulates the payments of the 60 days before the midnight until, which is UTC.
//
// Of the users, 3 % never pay, 6 % stop at least 15 days before the end, and 10 % start late; the others pay at rates
// that differ by a factor of 50. Merchants differ in popularity and in their share of chargebacks.
func newFraudHistory(until eventtime.Instant) *fraudHistory {
	h := &fraudHistory{start: until.Add(-fraudDays * eventtime.Day), end: until}
	for i := 1; i <= 3; i++ {
		h.users = append(h.users, fmt.Sprintf("user_%03d", i))
		h.merchants = append(h.merchants, fmt.Sprintf("merch_%d00", i))
	}
	for i := 1; i <= fraudUsers; i++ {
		h.users = append(h.users, fmt.Sprintf("user_%04d", i))
	}
	for i := 1; i <= fraudMerchants; i++ {
		h.merchants = append(h.merchants, fmt.Sprintf("merch_%04d", i))
	}
	rng := rand.New(rand.NewPCG(2026, 3))
	risk := make([]float64, len(h.merchants))
	for i := range risk {
		risk[i] = 0.003 + 0.04*math.Pow(rng.Float64(), 4)
	}
	for u := range h.users {
		h.simulateUser(rng, int32(u), risk)
	}
	return h
}

// simulateUser appends the payments of one user in order of time.
func (h *fraudHistory) simulateUser(rng *rand.Rand, user int32, risk []float64) {
	// Rounded, so that processors whose powers differ in the last bit have the same history.
	perDay := math.Round(0.08*math.Pow(50, rng.Float64()*rng.Float64())*1e9) / 1e9
	first, last := h.start, h.end
	switch kind := rng.Float64(); {
	case user < 3:
		perDay = 3
	case kind < 0.03:
		return
	case kind < 0.09:
		last = h.end.Add(-eventtime.Duration(15+rng.IntN(35)) * eventtime.Day)
	case kind < 0.19:
		first = h.start.Add(eventtime.Duration(rng.IntN(50)) * eventtime.Day)
	}
	typical := 20000 * math.Exp(rng.NormFloat64()*0.6)
	for at := first; ; {
		at = at.Add(eventtime.Duration(rng.ExpFloat64()/perDay*float64(eventtime.Day)) + eventtime.Second)
		if at >= last {
			return
		}
		h.transactions = append(h.transactions, h.payment(rng, user, at, typical, risk))
	}
}

func (h *fraudHistory) payment(rng *rand.Rand, user int32, at eventtime.Instant, typical float64, risk []float64) transaction {
	merchant := int32(float64(len(h.merchants)) * math.Pow(rng.Float64(), 1.7))
	t := transaction{user: user, merchant: merchant, at: at, chargeback: eventtime.None}
	t.amount = 100 * math.Ceil(typical*math.Exp(rng.NormFloat64()*0.8)/100)
	t.created = at.Add(eventtime.Duration(1+rng.IntN(90)) * eventtime.Second)
	if rng.Float64() < 0.01 {
		t.created = at.Add(eventtime.Duration(1+rng.IntN(48)) * eventtime.Hour)
	}
	if rng.Float64() < risk[merchant]*(0.5+t.amount/60000) {
		t.chargeback = at.Add(eventtime.Duration(6+rng.IntN(10*24)) * eventtime.Hour)
	}
	return t
}

// byMerchant returns the transactions in order of merchant, then time.
func (h *fraudHistory) byMerchant() []transaction {
	out := slices.Clone(h.transactions)
	slices.SortStableFunc(out, func(a, b transaction) int {
		return cmp.Or(cmp.Compare(a.merchant, b.merchant), cmp.Compare(a.at, b.at))
	})
	return out
}
