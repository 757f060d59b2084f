package dynamodbonline

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/truepoint/truepoint/errs"
)

func (d *Driver) name(table string) *string { return text(physical(d.opt.Template, table)) }

func (d *Driver) isKnown(table string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.known[table]
	return ok
}

// learn notes that a table is there, and whether cells were seen in it.
func (d *Driver) learn(table string, cells bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[table] = d.known[table] || cells
}

func (d *Driver) forget(table string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.known, table)
}

// find reports whether a table is there, with the item that describes it. Errors: FailedPrecondition for one that is not
// ours, describes another table of the port, or is of a newer format.
func (d *Driver) find(ctx context.Context, table string) (bool, error) {
	if d.isKnown(table) {
		return true, nil
	}
	found, err := d.described(ctx, d.name(table))
	if err != nil || found == nil {
		return false, err
	}
	if string(found) != table {
		return false, errs.New(errs.FailedPrecondition, "table %s of DynamoDB holds online table %q, not %q", *d.name(table), found, table).WithID("T0664").
			WithHint("let table_name_template have both {project} and {table_name}")
	}
	d.learn(table, false)
	return true, nil
}

// described returns the name in the port of a table of DynamoDB, nil if there is none or it is still being made.
func (d *Driver) described(ctx context.Context, name *string) ([]byte, error) {
	out, err := d.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: name, Key: description(), ConsistentRead: aws.Bool(true)})
	switch {
	case missing(err):
		return nil, nil
	case is(err, "ValidationException"):
		return nil, errs.New(errs.FailedPrecondition, "table %s of DynamoDB is not one of ours", *name).WithID("T0665").
			WithHint("it stays as it is; choose names that are free by table_name_template")
	case err != nil || out.Item == nil:
		return nil, err
	}
	if f, ok := out.Item[formatAttr].(*types.AttributeValueMemberN); !ok || f.Value != format {
		return nil, errs.New(errs.FailedPrecondition, "table %s of DynamoDB was written by a newer release", *name).WithID("T0666").
			WithHint("use a newer truepoint; see truepoint version")
	}
	return bytesOf(out.Item, nameAttr), nil
}

// looksMax bounds how often the making and the end of a table are looked for; they take some seconds, seldom a minute.
const looksMax = 180

// ensure makes a table unless it is there. Processes that do so at once make one.
func (d *Driver) ensure(ctx context.Context, table string) error {
	name := d.name(table)
	for n := range looksMax {
		if there, err := d.find(ctx, table); err != nil || there {
			return err
		}
		state, err := d.state(ctx, name)
		switch {
		case err != nil:
			return err
		case state == "":
			err = d.create(ctx, name)
		case state == types.TableStatusActive:
			err = d.describe(ctx, name, table)
			if err == nil {
				continue
			}
		}
		if err != nil && !is(err, "ResourceInUseException") && !missing(err) {
			return err
		}
		if err := waits.Wait(ctx, n); err != nil {
			return err
		}
	}
	return errs.New(errs.Unavailable, "table %s of DynamoDB does not become active", *name).WithID("T0667").WithHint("look at it in the console of AWS")
}

// state returns the status of a table, "" if there is none.
func (d *Driver) state(ctx context.Context, name *string) (types.TableStatus, error) {
	out, err := d.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: name})
	if missing(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return out.Table.TableStatus, nil
}

// create makes a table, paid per request.
func (d *Driver) create(ctx context.Context, name *string) error {
	var tags []types.Tag
	for k, v := range d.opt.Tags {
		tags = append(tags, types.Tag{Key: text(k), Value: text(v)})
	}
	attribute := func(name string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: text(name), AttributeType: types.ScalarAttributeTypeB}
	}
	_, err := d.db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: name, BillingMode: types.BillingModePayPerRequest, Tags: tags,
		AttributeDefinitions: []types.AttributeDefinition{attribute(bucketAttr), attribute(keyAttr)},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: text(bucketAttr), KeyType: types.KeyTypeHash}, {AttributeName: text(keyAttr), KeyType: types.KeyTypeRange},
		},
	})
	return err
}

// describe turns the time to live on, which takes nothing away without its attribute, and writes the item that describes a
// table. Who comes second leaves what the first wrote.
func (d *Driver) describe(ctx context.Context, name *string, table string) error {
	_, err := d.db.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: name, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: text(expiresAttr), Enabled: aws.Bool(true)},
	})
	if err != nil && !is(err, "ValidationException") { // it is on already
		return err
	}
	it := description()
	it[nameAttr], it[formatAttr] = binary([]byte(table)), number(format)
	_, err = d.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: it, ConditionExpression: text("attribute_not_exists(k)")})
	var lost *types.ConditionalCheckFailedException
	if errors.As(err, &lost) {
		return nil
	}
	return err
}

// Tables implements online.Driver. It lists those of one project where Options says so.
func (d *Driver) Tables(ctx context.Context) ([]string, error) {
	if err := d.check(ctx); err != nil {
		return nil, err
	}
	var held []string
	start := prefix(d.opt.Template, d.opt.Project)
	pages := dynamodb.NewListTablesPaginator(d.db, &dynamodb.ListTablesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, name := range page.TableNames {
			if !strings.HasPrefix(name, start) {
				continue
			}
			table, holds, err := d.holds(ctx, name)
			if err != nil {
				return nil, err
			}
			if holds && (d.opt.Project == "" || strings.HasPrefix(table, d.opt.Project+"/")) {
				held = append(held, table)
			}
		}
	}
	slices.Sort(held)
	return held, nil
}

// holds returns the name in the port of a table of DynamoDB and whether it is ours and holds cells.
func (d *Driver) holds(ctx context.Context, name string) (string, bool, error) {
	d.mu.Lock()
	for table, cells := range d.known {
		if cells && physical(d.opt.Template, table) == name {
			d.mu.Unlock()
			return table, true, nil
		}
	}
	d.mu.Unlock()
	found, err := d.described(ctx, &name)
	if errs.CodeOf(err) == errs.FailedPrecondition || is(err, "AccessDeniedException") { // of others
		return "", false, nil
	}
	table := string(found)
	if err != nil || found == nil || physical(d.opt.Template, table) != name {
		return "", false, err
	}
	out, err := d.db.Scan(ctx, &dynamodb.ScanInput{TableName: &name, Limit: aws.Int32(2), Select: types.SelectCount, ConsistentRead: aws.Bool(true)})
	if missing(err) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	if out.Count > 1 { // the description is one
		d.learn(table, true)
	}
	return table, out.Count > 1, nil
}

// Drop implements online.Driver. It returns when the table is gone; one that is not ours is refused.
func (d *Driver) Drop(ctx context.Context, table string) error {
	if err := d.check(ctx); err != nil {
		return err
	}
	name := d.name(table)
	d.forget(table)
	if there, err := d.find(ctx, table); err != nil || !there {
		return err
	}
	d.forget(table)
	for n := range looksMax {
		_, err := d.db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: name})
		if missing(err) {
			return nil
		}
		if err != nil && !is(err, "ResourceInUseException") { // it is on its way already
			return err
		}
		if err := waits.Wait(ctx, n); err != nil {
			return err
		}
	}
	return errs.New(errs.Unavailable, "table %s of DynamoDB does not go away", *name).WithID("T0667").WithHint("look at it in the console of AWS")
}
