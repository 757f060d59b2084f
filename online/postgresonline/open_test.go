package postgresonline_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/online/postgresonline"
)

// as returns the address of a schema for another user.
func as(t testing.TB, s *postgrestest.Schema, user string) string {
	t.Helper()
	u, err := url.Parse(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("user", user)
	u.RawQuery = q.Encode()
	return u.String()
}

func TestANewerFormatIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	if err := open(t, s.Address).Close(); err != nil {
		t.Fatal(err)
	}
	s.Exec(t, "UPDATE truepoint_format SET format = 9 WHERE name = 'online store'")
	_, err := postgresonline.Open(t.Context(), s.Address+few, nil)
	if errs.CodeOf(err) != errs.FailedPrecondition || errs.All(err)[0].Hint == "" {
		t.Errorf("got %v, want failed_precondition with a hint", err)
	}
	var format int
	if err := s.Conn.QueryRow(t.Context(), "SELECT format FROM truepoint_format WHERE name = 'online store'").Scan(&format); err != nil || format != 9 {
		t.Errorf("the format is %d now (%v)", format, err)
	}
}

func TestMissingRightsAreToldWhenOpening(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	role := s.Name + "_reader"
	s.Exec(t, "CREATE ROLE "+role+" LOGIN", "GRANT USAGE ON SCHEMA "+s.Name+" TO "+role)
	t.Cleanup(func() { s.Exec(t, "DROP OWNED BY "+role, "DROP ROLE "+role) })
	refused := func(when string, code errs.Code) {
		t.Helper()
		_, err := postgresonline.Open(t.Context(), as(t, s, role)+few, nil)
		if errs.CodeOf(err) != code || errs.All(err)[0].Hint == "" {
			t.Errorf("%s: got %v, want %v with a hint", when, err, code)
		}
	}
	refused("no tables, and no right to make them", errs.PermissionDenied)
	owner := open(t, s.Address)
	defer owner.Close()
	stored := cells(t, 3, "payload")
	put(t, owner, "p/v/1", stored)
	refused("tables of which none may be read", errs.PermissionDenied)
	s.Exec(t, "GRANT SELECT ON truepoint_format, truepoint_online_tables TO "+role)
	refused("cells that may not be read", errs.PermissionDenied)

	s.Exec(t, "GRANT SELECT ON ALL TABLES IN SCHEMA "+s.Name+" TO "+role)
	reader := open(t, as(t, s, role))
	defer reader.Close()
	asked := items(stored, "p/v/1")
	if err := reader.GetBatch(t.Context(), asked); err != nil || asked[0].Rows[2] == nil {
		t.Errorf("with the right to read: %v", err)
	}
	for _, table := range []string{"p/v/1", "p/w/1"} {
		_, err := reader.PutBatch(t.Context(), table, stored)
		if errs.CodeOf(err) != errs.PermissionDenied || !strings.Contains(errs.All(err)[0].Hint, "GRANT") {
			t.Errorf("a write to %s without the right: got %v, want permission_denied with a hint", table, err)
		}
	}
}

func TestATableWithRowLevelSecurityIsWritten(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	role := s.Name + "_secured"
	s.Exec(t, "CREATE ROLE "+role+" LOGIN", "GRANT ALL ON SCHEMA "+s.Name+" TO "+role)
	t.Cleanup(func() { s.Exec(t, "DROP OWNED BY "+role, "DROP ROLE "+role) })
	d := open(t, as(t, s, role))
	defer d.Close()
	stored := cells(t, 5_001, "payload")
	put(t, d, "p/v/1", stored[5_000:])
	var table string
	if err := s.Conn.QueryRow(t.Context(), `SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = $1 AND tablename LIKE 'tpo%'`, s.Name).Scan(&table); err != nil {
		t.Fatal(err)
	}
	s.Exec(t, "DELETE FROM "+table, "ALTER TABLE "+table+" ENABLE ROW LEVEL SECURITY", "ALTER TABLE "+table+" FORCE ROW LEVEL SECURITY",
		"CREATE POLICY everything ON "+table+" USING (true) WITH CHECK (true)")
	if got := put(t, d, "p/v/1", stored); got.Written != 5_001 {
		t.Errorf("got %+v, want 5,001 written", got)
	}
}

func TestAnUnknownSchemaIsMade(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	name := s.Name + ` "odd, name`
	t.Cleanup(func() { s.Exec(t, `DROP SCHEMA "`+strings.ReplaceAll(name, `"`, `""`)+`" CASCADE`) })
	for range 2 {
		d, err := postgresonline.Open(t.Context(), postgrestest.Address(t)+few, &postgresonline.Options{Schema: name})
		if err != nil {
			t.Fatal(err)
		}
		put(t, d, "p/v/1", cells(t, 1, "payload"))
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var tables int
	if err := s.Conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = $1", name).Scan(&tables); err != nil || tables != 3 {
		t.Errorf("the schema has %d tables (%v), want 3", tables, err)
	}
}

func TestAServerThatAcknowledgesEarlyIsToldOtherwise(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	role := s.Name + "_hasty"
	s.Exec(t, "CREATE ROLE "+role+" SUPERUSER LOGIN", "ALTER ROLE "+role+" SET synchronous_commit = off")
	t.Cleanup(func() { s.Exec(t, "DROP OWNED BY "+role+" CASCADE", "DROP ROLE "+role) })
	d := open(t, as(t, s, role))
	defer d.Close()
	s.Exec(t, "CREATE TABLE seen (setting text)",
		"CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF current_schema() = '"+s.Name+"' THEN INSERT INTO seen VALUES (current_setting('synchronous_commit')); END IF; END $$",
		"CREATE EVENT TRIGGER "+s.Name+"_note ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION note()")
	t.Cleanup(func() { s.Exec(t, "DROP EVENT TRIGGER "+s.Name+"_note") })
	put(t, d, "p/v/1", cells(t, 1, "payload"))
	var setting string
	if err := s.Conn.QueryRow(t.Context(), "SELECT setting FROM seen").Scan(&setting); err != nil || setting != "local" {
		t.Errorf("the driver's sessions commit with %q (%v), want local", setting, err)
	}
}

func TestAServerThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	_, err := postgresonline.Open(t.Context(), "postgresql://u:hunter2@127.0.0.1:1/d", nil)
	if errs.CodeOf(err) != errs.Unavailable || errs.All(err)[0].Hint == "" || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want unavailable with a hint and without the password", err)
	}
	var e *errs.Error
	if _, err := postgresonline.Open(t.Context(), "mysql://h/d", nil); errs.CodeOf(err) != errs.InvalidArgument || !errors.As(err, &e) {
		t.Errorf("another kind of address: got %v", err)
	}
}

func TestReplicatedWritesNeedASynchronousStandby(t *testing.T) {
	t.Parallel()
	_, err := postgresonline.Open(t.Context(), postgrestest.New(t).Address+few, &postgresonline.Options{Replicated: true})
	if all := errs.All(err); len(all) != 1 || all[0].Code != errs.FailedPrecondition || all[0].ID != "T1003" || all[0].Hint == "" {
		t.Errorf("got %v", err)
	}
}
