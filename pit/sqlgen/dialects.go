package sqlgen

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Postgres is the dialect of PostgreSQL 14 and later. A difference of instants is an interval, which compares exactly.
func Postgres() *Dialect {
	return &Dialect{
		Name:      "PostgreSQL",
		Session:   []string{"BEGIN ISOLATION LEVEL REPEATABLE READ", "SET LOCAL TIME ZONE 'UTC'"},
		Temporary: [2]string{"CREATE TEMPORARY TABLE", "ON COMMIT DROP"},
		Types: map[value.Kind]string{
			value.Bool: "boolean", value.Int32: "integer", value.Int64: "bigint", value.String: "text", value.Bytes: "bytea",
			value.UnixTimestamp: "timestamptz", value.Uuid: "uuid", value.Float64: "double precision",
		},
		Mark: `"`, Doubled: `""`, IdentifierBytesMax: 63,
		Age:         func(later, earlier string) string { return later + " - " + earlier },
		Length:      func(d eventtime.Duration) string { return fmt.Sprintf("INTERVAL '%d microseconds'", int64(d)) },
		WholeSecond: func(x string) string { return "DATE_TRUNC('second', " + x + ") = " + x },
		Equal: func(k value.Kind, a, b string) string {
			if k == value.String {
				return a + " = " + b + ` COLLATE "C"`
			}
			return a + " = " + b
		},
		Rank: func(k value.Kind, x string) []string {
			switch k {
			case value.String:
				return []string{x + ` COLLATE "C"`}
			case value.Decimal: // equal numbers with other digits: 1.0 and 1.00
				return []string{x, "CAST(" + x + ` AS text) COLLATE "C"`}
			case value.Float32, value.Float64:
				return []string{x, "CASE WHEN " + x + " = 0 AND CAST(" + x + " AS text) = '-0' THEN 0 ELSE 1 END"}
			}
			return plainRank(k, x)
		},
		Micros:   func(x string) string { return "CAST(EXTRACT(EPOCH FROM " + x + ") * 1000000 AS bigint)" },
		Wide:     "numeric",
		Quotient: func(x, y string) string { return "DIV(" + x + ", " + y + ")" },
		NaN:      func(x string) string { return "(" + x + " = 'NaN')" },
		Finite:   func(x string) string { return x + " NOT IN ('NaN', 'Infinity', '-Infinity')" },
		Text:     postgresText,
		Gather:   gather,
		Pairs:    pairs,
	}
}

// DuckDB is the dialect of DuckDB 1.1 and later. Instants are TIMESTAMP in UTC; strings compare bytewise unless a default
// collation was set, which nothing of ours does.
func DuckDB() *Dialect {
	return &Dialect{
		Name:      "DuckDB",
		Session:   []string{"BEGIN TRANSACTION", "SET TimeZone = 'UTC'"},
		Temporary: [2]string{"CREATE TEMPORARY TABLE", ""},
		Types: map[value.Kind]string{
			value.Bool: "BOOLEAN", value.Int32: "INTEGER", value.Int64: "BIGINT", value.String: "VARCHAR", value.Bytes: "BLOB",
			value.UnixTimestamp: "TIMESTAMP", value.Uuid: "UUID", value.Float64: "DOUBLE",
		},
		Mark: `"`, Doubled: `""`, IdentifierBytesMax: 1024,
		Age:         func(later, earlier string) string { return "DATE_DIFF('microsecond', " + earlier + ", " + later + ")" },
		Length:      func(d eventtime.Duration) string { return fmt.Sprint(int64(d)) },
		WholeSecond: func(x string) string { return "DATE_TRUNC('second', " + x + ") = " + x },
		Equal:       plainEqual,
		Rank: func(k value.Kind, x string) []string {
			if k == value.Float32 || k == value.Float64 {
				return []string{x, "CASE WHEN " + x + " = 0 AND SIGNBIT(" + x + ") THEN 0 ELSE 1 END"}
			}
			return plainRank(k, x)
		},
		Micros:   func(x string) string { return "EPOCH_US(" + x + ")" },
		Wide:     "HUGEINT",
		Quotient: func(x, y string) string { return "(" + x + " // " + y + ")" },
		NaN:      func(x string) string { return "ISNAN(" + x + ")" },
		Finite:   func(x string) string { return "ISFINITE(" + x + ")" },
		Text:     quotedText,
		Gather:   gather,
		Pairs:    pairs,
	}
}

// BigQuery is the dialect of GoogleSQL. NaN sorts before every number there, so that it has a rank of its own.
func BigQuery() *Dialect {
	return &Dialect{
		Name:      "BigQuery",
		Session:   []string{"BEGIN TRANSACTION"},
		Temporary: [2]string{"CREATE TEMP TABLE", ""},
		Types: map[value.Kind]string{
			value.Bool: "BOOL", value.Int32: "INT64", value.Int64: "INT64", value.String: "STRING", value.Bytes: "BYTES",
			value.UnixTimestamp: "TIMESTAMP", value.Uuid: "STRING", value.Float64: "FLOAT64",
		},
		Mark: "`", IdentifierBytesMax: 300,
		Age: func(later, earlier string) string {
			return "TIMESTAMP_DIFF(" + later + ", " + earlier + ", MICROSECOND)"
		},
		Length:      func(d eventtime.Duration) string { return fmt.Sprint(int64(d)) },
		WholeSecond: func(x string) string { return "TIMESTAMP_TRUNC(" + x + ", SECOND) = " + x },
		Equal:       plainEqual,
		Rank: func(k value.Kind, x string) []string {
			if k == value.Float32 || k == value.Float64 {
				return []string{
					"CASE WHEN " + x + " IS NULL THEN 0 WHEN IS_NAN(" + x + ") THEN 2 ELSE 1 END", x,
					"CASE WHEN " + x + " = 0 AND IEEE_DIVIDE(1, " + x + ") < 0 THEN 0 ELSE 1 END",
				}
			}
			return plainRank(k, x)
		},
		Micros:   func(x string) string { return "UNIX_MICROS(" + x + ")" },
		Wide:     "BIGNUMERIC",
		Quotient: func(x, y string) string { return "DIV(" + x + ", " + y + ")" },
		NaN:      func(x string) string { return "IS_NAN(" + x + ")" },
		Finite:   func(x string) string { return "NOT (IS_NAN(" + x + ") OR IS_INF(" + x + "))" },
		Text:     bigQueryText,
		Gather:   bigQueryGather,
	}
}

// plainEqual is for engines that compare strings bytewise.
func plainEqual(_ value.Kind, a, b string) string { return a + " = " + b }

// plainRank is for kinds whose order needs no care.
func plainRank(k value.Kind, x string) []string {
	switch k {
	case value.Bool, value.Int32, value.Int64, value.String, value.Bytes, value.UnixTimestamp, value.Date, value.Uuid,
		value.Float32, value.Float64, value.Decimal:
		return []string{x}
	}
	return nil
}

// quotedText is a literal in which nothing but the quotation mark is special.
func quotedText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// postgresText does not depend on standard_conforming_strings.
func postgresText(s string) string {
	if !strings.Contains(s, `\`) {
		return quotedText(s)
	}
	return "E" + quotedText(strings.ReplaceAll(s, `\`, `\\`))
}

func bigQueryText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`, "\r", `\r`).Replace(s) + "'"
}

// gather is for engines whose aggregates take a FILTER and whose arrays are cut by places from 1.
func gather(x, condition string, order []string, n int) string {
	all := "(ARRAY_AGG(" + x + " ORDER BY " + strings.Join(order, ", ") + ") FILTER (WHERE " + condition + " AND " + x + " IS NOT NULL))"
	if n == 0 {
		return all + "[1]"
	}
	return fmt.Sprintf("%s[1:%d]", all, n)
}

// pairs is for engines whose arrays hold nulls.
func pairs(x, key string) string { return "ARRAY_AGG(" + x + " ORDER BY " + key + ")" }

func bigQueryGather(x, condition string, order []string, n int) string {
	all := fmt.Sprintf("ARRAY_AGG(CASE WHEN %s THEN %s END IGNORE NULLS ORDER BY %s LIMIT %d)", condition, x, strings.Join(order, ", "), max(n, 1))
	if n == 0 {
		return all + "[SAFE_OFFSET(0)]"
	}
	return all
}
