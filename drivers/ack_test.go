package drivers_test

import (
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
)

func TestAcknowledgementIsWhatTheStoreCanGive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, ack string
		code      errs.Code
		want      string // option of the store
	}{
		{"redis", "replicated", errs.OK, "replicated"}, {"redis", "durable", errs.OK, "durable"}, {"postgres", "replicated", errs.OK, "replicated"},
		{"dynamodb", "replicated", errs.OK, ""}, {"embedded", "durable", errs.OK, "durable"}, {"embedded", "replicated", errs.FailedPrecondition, ""},
		{"sqlite", "replicated", errs.FailedPrecondition, ""}, {"redis", "soon", errs.InvalidArgument, ""},
	} {
		before := config.Options{"path": "x"}
		conf := &config.Config{Online: config.Store{Type: c.kind, Options: before}}
		err := drivers.Acknowledge(conf, c.ack)
		if errs.CodeOf(err) != c.code || conf.Online.Options["ack"] != c.want || len(before) != 1 {
			t.Errorf("%s %s: %v, options %v", c.kind, c.ack, err, conf.Online.Options)
		}
	}
	none := &config.Config{Online: config.Store{Type: "redis"}}
	if err := drivers.Acknowledge(none, "replicated"); err != nil || none.Online.Options["ack"] != "replicated" {
		t.Errorf("without options: %v, %v", err, none.Online.Options)
	}
}
