package memonline_test

import (
	"testing"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
)

func TestConformanceOfExpire(t *testing.T) {
	t.Parallel()
	onlinetest.RunExpirer(t, func(*testing.T) online.Driver { return memonline.New() })
}
