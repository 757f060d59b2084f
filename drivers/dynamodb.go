package drivers

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/dynamodbonline"
)

// openDynamoDB opens an online store in DynamoDB. Its tables are called PROJECT.VIEW.GENERATION, so that those that Feast
// keeps there, PROJECT.VIEW, stay as they are.
func openDynamoDB(c *config.Config, opt *truepoint.Options) (online.Driver, error) {
	options, err := dynamoDBOptions(c.Online.Options)
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "online_store").At(c.Online.Pos)
	}
	if options.Template != "" {
		if err := dynamodbonline.CheckTemplate(options.Template); err != nil {
			return nil, errs.All(err)[0].At(c.Online.Pos)
		}
	}
	options.Project, options.Clock = c.Project, opt.Clock
	return &onDemand{distant: true, open: func(ctx context.Context) (online.Driver, error) { return dynamodbonline.Open(ctx, options) }}, nil
}

// dynamoDBOptions reads Feast's keys of a store in DynamoDB, and ours beside them. Their bounds were checked before.
func dynamoDBOptions(o config.Options) (*dynamodbonline.Options, error) {
	out := &dynamodbonline.Options{
		Region: o["region"], Endpoint: o["endpoint_url"], Template: o["table_name_template"],
		ConsistentReads: o["consistent_reads"] == "true", Adaptive: o["retry_mode"] == "adaptive",
	}
	for name, field := range map[string]*int{
		"batch_size": &out.BatchSize, "max_read_workers": &out.Workers, "max_pool_connections": &out.Connections, "total_max_retry_attempts": &out.Attempts,
	} {
		if text, ok := o[name]; ok {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, err
			}
			*field = max(n, 1) // no retry is one attempt
		}
	}
	for name, field := range map[string]*time.Duration{"connect_timeout": &out.ConnectTimeout, "read_timeout": &out.ReadTimeout, "keepalive_timeout": &out.KeepAlive} {
		if text, ok := o[name]; ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, err
			}
			*field = time.Duration(n * float64(time.Second))
		}
	}
	if text, ok := o["key_ttl_seconds"]; ok {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, err
		}
		out.KeyTTL = eventtime.Duration(n) * eventtime.Second
	}
	if text, ok := o["tags"]; ok {
		return out, json.Unmarshal([]byte(text), &out.Tags)
	}
	return out, nil
}
