package dynamodbonline_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/dynamodbtest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/dynamodbonline"
	"github.com/truepoint/truepoint/online/onlinetest"
)

// raw returns DynamoDB's own client.
func raw(t *testing.T) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(dynamodbtest.Endpoint(t)), Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "truepoint", SecretAccessKey: "truepoint-secret"}, nil
		}),
	})
}

func TestATableIsPaidPerRequestTaggedAndForgetsWhatMayGo(t *testing.T) {
	t.Parallel()
	proxy := dynamodbtest.NewProxy(t)
	created := ""
	proxy.Answer(func(operation string, body []byte) ([]byte, *dynamodbtest.Reply) {
		if operation == "CreateTable" {
			created = string(body)
		}
		return body, nil
	})
	opt := on(t)
	opt.Endpoint = proxy.Endpoint
	opt.Tags = map[string]string{"team": "ranking"}
	opt.KeyTTL, opt.Clock = 7*eventtime.Day, func() eventtime.Instant { return 1_000_000 * eventtime.Instant(eventtime.Second) }
	d := wiped(t, opt)
	stored := cells(t, 3, "payload")
	put(t, d, "p/v/1", stored[:1])
	for i, ttl := range []eventtime.TTL{eventtime.Day, 30 * eventtime.Day} {
		if _, err := online.PutFor(t.Context(), d, "p/v/1", stored[i+1:i+2], online.KeepOf(ttl)); err != nil {
			t.Fatal(err)
		}
	}
	name := strings.NewReplacer("{project}", "p", "{table_name}", "v.1").Replace(opt.Template)
	c := raw(t)
	table, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	if b := table.Table.BillingModeSummary; b == nil || b.BillingMode != types.BillingModePayPerRequest {
		t.Errorf("billing: %+v", b)
	}
	if !strings.Contains(created, `"Tags":[{"Key":"team","Value":"ranking"}]`) { // which DynamoDB Local does not keep
		t.Errorf("the table was made without tags: %s", created)
	}
	ttl, err := c.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil || ttl.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusEnabled || *ttl.TimeToLiveDescription.AttributeName != "expires" {
		t.Errorf("time to live: %+v, %v", ttl, err)
	}
	all, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	ends := map[string]string{}
	for _, it := range all.Items {
		if k, ok := it["k"].(*types.AttributeValueMemberB); ok {
			if end, ok := it["expires"].(*types.AttributeValueMemberN); ok {
				ends[string(k.Value)] = end.Value
			}
		}
	}
	// For ever; the setting of 7 days; the view's 30 days and one more.
	if _, kept := ends[string(stored[0].Key)]; kept || ends[string(stored[1].Key)] != "1604801" || ends[string(stored[2].Key)] != "3678401" {
		t.Errorf("ends: %v", ends)
	}
}

func TestTablesOfOthersAreRefusedAndStay(t *testing.T) {
	t.Parallel()
	opt := on(t)
	d := wiped(t, opt)
	c := raw(t)
	name := strings.NewReplacer("{project}", "p", "{table_name}", "v.1").Replace(opt.Template)
	if _, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{ // as Feast makes them
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("entity_id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("entity_id"), KeyType: types.KeyTypeHash}},
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := c.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Error(err)
		}
	})
	stored := cells(t, 1, "payload")
	_, written := d.PutBatch(t.Context(), "p/v/1", stored)
	for what, err := range map[string]error{"GetBatch": d.GetBatch(t.Context(), items(stored, "p/v/1")), "PutBatch": written, "Drop": d.Drop(t.Context(), "p/v/1")} {
		if errs.CodeOf(err) != errs.FailedPrecondition || errs.All(err)[0].Hint == "" {
			t.Errorf("%s: got %v, want failed_precondition with a hint", what, err)
		}
	}
	put(t, d, "p/w/1", stored)
	if names, err := d.Tables(t.Context()); err != nil || len(names) != 1 || names[0] != "p/w/1" {
		t.Errorf("Tables: got %q, %v", names, err)
	}
	if _, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}); err != nil {
		t.Errorf("the table of others is gone: %v", err)
	}
}

func TestAnotherTableOfThePortAndANewerFormatAreRefused(t *testing.T) {
	t.Parallel()
	opt := on(t)
	opt.Template = strings.ReplaceAll(opt.Template, "{project}.", "") // so that projects meet
	put(t, wiped(t, opt), "p/v/1", cells(t, 1, "payload"))
	if err := open(t, opt).GetBatch(t.Context(), items(cells(t, 1, ""), "q/v/1")); errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), "p/v/1") {
		t.Errorf("another project's table: got %v", err)
	}
	name := strings.ReplaceAll(opt.Template, "{table_name}", "v.1")
	text := &types.AttributeValueMemberB{Value: []byte("table")}
	if _, err := raw(t).UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &name, Key: map[string]types.AttributeValue{"b": text, "k": text}, UpdateExpression: aws.String("SET #f = :f"),
		ExpressionAttributeNames: map[string]string{"#f": "format"}, ExpressionAttributeValues: map[string]types.AttributeValue{":f": &types.AttributeValueMemberN{Value: "9"}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := open(t, opt).GetBatch(t.Context(), items(cells(t, 1, ""), "p/v/1")); errs.CodeOf(err) != errs.FailedPrecondition || errs.All(err)[0].Hint == "" {
		t.Errorf("a newer format: got %v", err)
	}
	if _, err := raw(t).DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
		t.Error(err)
	}
}

func TestTablesOfAProjectAlone(t *testing.T) {
	t.Parallel()
	opt := on(t)
	d := wiped(t, opt)
	stored := cells(t, 1, "payload")
	for _, table := range []string{"p/v/1", "p2/v/1", "q/v/1"} {
		put(t, d, table, stored)
	}
	mine := *opt
	mine.Project = "p"
	if names, err := open(t, &mine).Tables(t.Context()); err != nil || strings.Join(names, " ") != "p/v/1" {
		t.Errorf("got %q, %v", names, err)
	}
}

func TestTemplatesThatNameNoTablesAreRefused(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"features", "{project}", "{table}/x", "{view}.{table}", strings.Repeat("x", 200) + "{table}"} {
		_, err := dynamodbonline.Open(t.Context(), &dynamodbonline.Options{Region: "us-east-1", Template: template})
		if errs.CodeOf(err) != errs.InvalidArgument || errs.All(err)[0].Hint == "" {
			t.Errorf("%.40s: got %v, want invalid_argument with a hint", template, err)
		}
	}
}

func TestMissingCredentialsAreToldWhenOpening(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("HOME", t.TempDir())
	_, err := dynamodbonline.Open(t.Context(), &dynamodbonline.Options{Region: "us-east-1"})
	if errs.CodeOf(err) != errs.Unauthenticated || errs.All(err)[0].Hint == "" {
		t.Errorf("got %v, want unauthenticated with a hint", err)
	}
}

func TestNoServerIsUnavailable(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "truepoint")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
	d := open(t, &dynamodbonline.Options{Region: "us-east-1", Endpoint: "http://127.0.0.1:1", Attempts: 2})
	defer d.Close()
	err := d.GetBatch(t.Context(), items([]online.Cell{{Key: onlinetest.Key(t, "k")}}, "p/v/1"))
	if got := d.Code(err); got != errs.Unavailable || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v (%v), want unavailable", got, err)
	}
}
