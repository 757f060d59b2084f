package dataset

import (
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A Split says how a set is divided into a train and a test part.
type Split struct {
	By     SplitRule
	Share  float64 // of the rows (time) or keys (key) that go to train; between 0 and 1, both exclusive
	Seed   string  // of ByKey: another seed gives another division
	Column string  // of ByKey: the column whose values stay together; empty: the join keys of the spine
}

// A SplitRule is a kind of split.
type SplitRule string

// The rules. ByTime gives the earlier moments to train, and no moment to both parts. ByKey gives no key to both.
const (
	ByTime SplitRule = "time"
	ByKey  SplitRule = "key"
)

const splitHint = "write time:0.8, key:0.8, key:0.8:SEED or key:0.8:SEED:COLUMN"

// ParseSplit reads time:SHARE, key:SHARE, key:SHARE:SEED or key:SHARE:SEED:COLUMN. Errors: InvalidArgument.
func ParseSplit(text string) (*Split, error) {
	fields := strings.SplitN(text, ":", 4)
	s := &Split{By: SplitRule(fields[0])}
	bad := func(why string) (*Split, error) {
		return nil, errs.New(errs.InvalidArgument, "split %.80q %s", text, why).WithID("T0625").WithHint("%s", splitHint)
	}
	if s.By != ByTime && s.By != ByKey {
		return bad("is neither by time nor by key")
	}
	if len(fields) < 2 {
		return bad("has no share of train")
	}
	var err error
	if s.Share, err = strconv.ParseFloat(fields[1], 64); err != nil || !(s.Share > 0 && s.Share < 1) {
		return bad("has a share that is no number between 0 and 1")
	}
	if s.By == ByTime {
		if len(fields) > 2 {
			return bad("has a seed, which a split by time does not take")
		}
		return s, nil
	}
	if len(fields) > 2 {
		s.Seed = fields[2]
	}
	if len(fields) > 3 {
		if s.Column = fields[3]; s.Column == "" {
			return bad("names no column")
		}
	}
	return s, nil
}

// String returns the text that ParseSplit reads.
func (s *Split) String() string {
	text := string(s.By) + ":" + strconv.FormatFloat(s.Share, 'g', -1, 64)
	if s.Seed != "" || s.Column != "" {
		text += ":" + s.Seed
	}
	if s.Column != "" {
		text += ":" + s.Column
	}
	return text
}
