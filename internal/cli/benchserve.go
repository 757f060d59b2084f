package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/load"
	"github.com/truepoint/truepoint/internal/screen"
)

type benchServeVerb struct {
	selectFlags
	URL         string        `placeholder:"URL" help:"The server (default: host and port of the configuration)."`
	Entities    string        `placeholder:"FILE" help:"Keys, and values of the request, from Parquet, CSV or JSON lines (default: keys of the views' histories)."`
	Rows        int           `default:"1" placeholder:"N" help:"Keys in one request."`
	Rate        float64       `default:"200" placeholder:"N" help:"Requests a second; 0: as many as the connections carry."`
	Duration    time.Duration `default:"10s" placeholder:"TIME" help:"How long to ask."`
	WarmUp      time.Duration `default:"1s" placeholder:"TIME" help:"How long to ask before, without counting."`
	Connections int           `default:"16" placeholder:"N" help:"Requests under way at most."`
	Own         bool          `help:"Ask /v1/online instead of Feast's route."`
	TokenFile   string        `placeholder:"FILE" help:"File with the token to show."`
	Histogram   string        `placeholder:"FILE" help:"Write the distribution of latencies, in the form of HdrHistogram."`
}

// Help tells what is measured.
func (v *benchServeVerb) Help() string {
	return "Request k is sent when it is due, k ÷ rate after the start, and its latency counts from then: a server that stalls is charged for every request that it kept waiting. " +
		"The exit status is 3 if requests failed."
}

// A serveMeasurement is the answer of bench serve; latencies are in milliseconds.
type serveMeasurement struct {
	URL         string  `json:"url"`
	Rows        int     `json:"rows_per_request"`
	Bodies      int     `json:"distinct_requests"`
	Connections int     `json:"connections"`
	Rate        float64 `json:"asked_per_second"`
	Throughput  float64 `json:"answered_per_second"`
	Requests    int     `json:"requests"`
	Errors      int     `json:"errors"`
	FirstError  string  `json:"first_error,omitempty"`
	Bytes       int64   `json:"answer_bytes"`
	Mean        float64 `json:"mean_ms"`
	P50         float64 `json:"p50_ms"`
	P90         float64 `json:"p90_ms"`
	P99         float64 `json:"p99_ms"`
	P999        float64 `json:"p999_ms"`
	Max         float64 `json:"max_ms"`
}

// Run implements bench serve.
func (v *benchServeVerb) Run(a *app) error {
	if err := v.check(); err != nil {
		return err
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	var bodies [][]byte
	if err := a.withOpened(c, func(s *truepoint.Store) (err error) { bodies, err = v.bodies(a, s); return err }); err != nil {
		return err
	}
	ask, address, err := v.asker(c, bodies)
	if err != nil {
		return err
	}
	result := load.Run(a.ctx, &load.Load{Rate: v.Rate, Duration: v.Duration, WarmUp: v.WarmUp, Connections: v.Connections, Ask: ask})
	m := v.measurement(result, address, len(bodies))
	if err := a.print(m.answer()); err != nil {
		return err
	}
	if err := v.writeHistogram(result); err != nil {
		return err
	}
	if m.Errors > 0 {
		a.note("%s failed; the first: %s", plural(m.Errors, "request", "requests"), m.FirstError)
		return saidNo()
	}
	return nil
}

// check refuses flags that make no load.
func (v *benchServeVerb) check() error {
	if err := v.selectFlags.check(); err != nil {
		return err
	}
	if v.Rows < 1 || v.Rate < 0 || v.Duration <= 0 || v.WarmUp < 0 || v.Connections < 1 {
		return errs.New(errs.Usage, "rows, duration and connections must be greater than 0, rate and warm-up not less").WithID("T0980")
	}
	return nil
}

// asker returns the function that sends one request, and where it goes.
func (v *benchServeVerb) asker(c *config.Config, bodies [][]byte) (func(context.Context, int) (int, error), string, error) {
	address := v.URL
	if address == "" {
		address = "http://" + net.JoinHostPort(c.Server.Host, strconv.Itoa(c.Server.Port))
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, "", errs.New(errs.Usage, "--url %q is not a URL", address).WithID("T0981").WithHint("write it as http://127.0.0.1:6566")
	}
	u.Path = "/get-online-features"
	if v.Own {
		u.Path = "/v1/online"
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if v.TokenFile != "" {
		token, err := os.ReadFile(v.TokenFile)
		if err != nil {
			return nil, "", errs.Wrap(err, errs.NotFound, "read --token-file").WithID("T0982")
		}
		header.Set("Authorization", "Bearer "+string(bytes.TrimSpace(token)))
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: v.Connections, MaxConnsPerHost: v.Connections}, Timeout: time.Minute}
	return func(ctx context.Context, k int) (int, error) {
		return post(ctx, client, u.String(), header, bodies[k%len(bodies)])
	}, u.String(), nil
}

// post sends one request and reads its whole answer.
func post(ctx context.Context, client *http.Client, address string, header http.Header, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header = header
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 300))
		return 0, fmt.Errorf("status %d: %s", res.StatusCode, bytes.TrimSpace(text))
	}
	n, err := io.Copy(io.Discard, res.Body)
	return int(n), err
}

func (v *benchServeVerb) measurement(r *load.Result, address string, bodies int) *serveMeasurement {
	ms := func(q float64) float64 { return float64(r.Quantile(q).Microseconds()) / 1000 }
	m := &serveMeasurement{
		URL: address, Rows: v.Rows, Bodies: bodies, Connections: v.Connections, Rate: v.Rate, Throughput: r.Throughput(), Requests: r.Requests, Errors: r.Errors,
		Bytes: r.Bytes, Mean: float64(r.Mean().Microseconds()) / 1000, P50: ms(0.5), P90: ms(0.9), P99: ms(0.99), P999: ms(0.999), Max: ms(1),
	}
	if r.Error != nil {
		m.FirstError = r.Error.Error()
	}
	return m
}

func (m *serveMeasurement) answer() *screen.Answer {
	answer := &screen.Answer{Value: m, Names: []string{}, Table: &screen.Table{Columns: screen.Columns(">ASKED/s", ">ANSWERED/s", ">REQUESTS", ">ERRORS", ">p50 ms", ">p90 ms", ">p99 ms", ">p99.9 ms", ">MAX ms")}}
	asked := "all"
	if m.Rate > 0 {
		asked = fmt.Sprintf("%.6g", m.Rate)
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', 3, 64) }
	answer.Table.Add(asked, fmt.Sprintf("%.1f", m.Throughput), strconv.Itoa(m.Requests), strconv.Itoa(m.Errors), number(m.P50), number(m.P90), number(m.P99), number(m.P999), number(m.Max))
	return answer
}

func (v *benchServeVerb) writeHistogram(r *load.Result) (err error) {
	if v.Histogram == "" {
		return nil
	}
	f, err := os.Create(v.Histogram)
	if err != nil {
		return errs.Wrap(err, errs.PermissionDenied, "write the histogram").WithID("T0983")
	}
	defer func() { err = errs.Join(err, f.Close()) }()
	return r.WriteHistogram(f)
}
