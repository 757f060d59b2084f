package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "modernc.org/sqlite"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
)

// insertRaw is the yardstick: the same objects into a plain table, one transaction, WAL and synchronous FULL.
func insertRaw(ctx context.Context, path string, objects []registry.Object) (err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		return err
	}
	defer func() {
		if closing := db.Close(); err == nil {
			err = closing
		}
	}()
	if _, err := db.ExecContext(ctx, "CREATE TABLE objects (kind TEXT, name TEXT, body BLOB, PRIMARY KEY (kind, name))"); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	put, err := tx.PrepareContext(ctx, "INSERT INTO objects VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	defer put.Close()
	for _, o := range objects {
		if _, err := put.ExecContext(ctx, o.Kind, o.Name, []byte(o.Body)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// planAndApply does what truepoint apply does after it has read the definitions, and checks the revision it ends at.
func planAndApply(ctx context.Context, path string, wanted *feature.Set, want registry.Revision) (err error) {
	reg, err := sqliteregistry.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() {
		if closing := reg.Close(); err == nil {
			err = closing
		}
	}()
	current, err := reg.Read(ctx, wanted.Project, registry.Newest)
	if err != nil {
		return err
	}
	plan, err := apply.Make(ctx, current, wanted, nil)
	if err != nil {
		return err
	}
	now, err := eventtime.FromTime(time.Now())
	if err != nil {
		return err
	}
	got, err := apply.Apply(ctx, reg, plan, apply.Options{Author: "bench", Now: now})
	if err == nil && got != want {
		err = fmt.Errorf("ended at revision %d, want %d", got, want)
	}
	return err
}
