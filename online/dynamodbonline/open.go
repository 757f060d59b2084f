package dynamodbonline

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/logging"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// A Driver is an online.Driver on DynamoDB. It is safe for concurrent use, also beside drivers of other processes.
type Driver struct {
	opt    Options
	db     *dynamodb.Client
	client aws.HTTPClient
	closed atomic.Bool

	mu    sync.Mutex
	known map[string]bool // tables of the port that were there when last looked; true: cells were seen
}

var (
	_ online.Driver  = (*Driver)(nil)
	_ online.Keeper  = (*Driver)(nil)
	_ online.Distant = (*Driver)(nil)
)

// Distant implements online.Distant.
func (*Driver) Distant() bool { return true }

// Open returns a driver. Credentials are found where AWS's own tools find them: environment, files, role of the machine.
// Tables are looked at when first used: one that is not ours, of another table of the port or of a newer format is refused
// then.
//
// Errors: InvalidArgument for a template that names no table or a region that is missing, Unauthenticated where there are no
// credentials.
func Open(ctx context.Context, opt *Options) (*Driver, error) {
	o, err := opt.filled()
	if err != nil {
		return nil, err
	}
	client := awshttp.NewBuildableClient().WithTimeout(o.ReadTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = o.ConnectTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConns, t.MaxIdleConnsPerHost, t.IdleConnTimeout = o.Connections, o.Connections, o.KeepAlive
		})
	load := []func(*config.LoadOptions) error{config.WithHTTPClient(client), config.WithLogger(logging.Nop{}), config.WithRetryer(func() aws.Retryer { return retryer(&o) })}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "the AWS environment cannot be read").WithID("T0661")
	}
	if cfg.Region == "" {
		return nil, errs.New(errs.InvalidArgument, "no AWS region").WithID("T0661").WithHint("write online_store: {type: dynamodb, region: …}")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, errs.Wrap(err, errs.Unauthenticated, "no AWS credentials").WithID("T0662").
			WithHint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or give the machine a role")
	}
	if b, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok { // with what the environment added, such as a certificate authority
		cfg.HTTPClient = b.Freeze()
	}
	db := dynamodb.NewFromConfig(cfg, func(d *dynamodb.Options) {
		if o.Endpoint != "" {
			d.BaseEndpoint = aws.String(o.Endpoint)
		}
	})
	return &Driver{opt: o, db: db, client: cfg.HTTPClient, known: map[string]bool{}}, nil
}

// retryer repeats calls that were refused for a moment or got lost, with pauses that grow at random, as long as the budget
// of repetitions that all calls share lasts.
func retryer(o *Options) aws.Retryer {
	standard := func(s *retry.StandardOptions) { s.MaxAttempts, s.MaxBackoff = o.Attempts, waits.Most }
	if o.Adaptive {
		return retry.NewAdaptiveMode(func(a *retry.AdaptiveModeOptions) {
			a.StandardOptions = append(a.StandardOptions, standard)
		})
	}
	return retry.NewStandard(standard)
}

// Close implements online.Driver. A second Close does nothing.
func (d *Driver) Close() error {
	d.closed.Store(true)
	if c, ok := d.client.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
	return nil
}
