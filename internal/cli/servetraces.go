package cli

import (
	"cmp"
	"context"
	"time"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/tracing"
)

// traceFlags say where traces of requests go; without an address there are none.
type traceFlags struct {
	Traces       string   `placeholder:"URL" help:"Send traces of requests to this OpenTelemetry collector, such as http://localhost:4318 (OTLP over HTTP)."`
	TracesSample *float64 `name:"traces-sample" placeholder:"SHARE" help:"Share of the requests that are traced unless their caller decides (default 0.01)."`
}

// fill takes what no flag says from the configuration.
func (f *traceFlags) fill(c *config.Traces) {
	f.Traces = cmp.Or(f.Traces, c.Endpoint)
	if f.TracesSample == nil {
		f.TracesSample = &c.Sample
	}
}

func (f *traceFlags) check() error {
	if !(*f.TracesSample > 0 && *f.TracesSample <= 1) {
		return errs.New(errs.InvalidArgument, "%v is no share above 0 and up to 1", *f.TracesSample).WithID("T0992").WithHint("write 0.01 for one request of a hundred")
	}
	return nil
}

// openTracer returns what makes traces, nil if nobody wants them.
func (f *traceFlags) openTracer(a *app) (*tracing.Tracer, error) {
	if f.Traces == "" {
		return nil, nil
	}
	return tracing.Open(a.ctx, f.Traces, &tracing.Options{Sample: *f.TracesSample, Version: version, Log: a.log})
}

// closeTracer sends what waits, for at most so long.
func closeTracer(a *app, t *tracing.Tracer, limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), limit)
	defer cancel()
	if err := t.Close(ctx); err != nil {
		a.log.Warn("traces could not be sent", "error", err.Error())
	}
}
