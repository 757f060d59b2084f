package postgresoffline

import (
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/truepoint/truepoint/value"
)

// A sqlType is a type of PostgreSQL: what it becomes here, and how its binary form is read.
type sqlType struct {
	value value.Type
	read  reader
	text  bool // it has no equal here and is read as its text
	naive bool // its times have no zone
}

// A reader reads the binary form of a value that is not null.
type reader func(b []byte) (value.Value, error)

// scalars are the types that have an equal, by their OID.
var scalars = map[uint32]sqlType{
	pgtype.BoolOID:        {value: value.Scalar(value.Bool), read: readBool},
	pgtype.Int2OID:        {value: value.Scalar(value.Int32), read: readInt2},
	pgtype.Int4OID:        {value: value.Scalar(value.Int32), read: readInt4},
	pgtype.Int8OID:        {value: value.Scalar(value.Int64), read: readInt8},
	pgtype.Float4OID:      {value: value.Scalar(value.Float32), read: readFloat4},
	pgtype.Float8OID:      {value: value.Scalar(value.Float64), read: readFloat8},
	pgtype.TextOID:        {value: value.Scalar(value.String), read: readText},
	pgtype.VarcharOID:     {value: value.Scalar(value.String), read: readText},
	pgtype.NameOID:        {value: value.Scalar(value.String), read: readText},
	pgtype.ByteaOID:       {value: value.Scalar(value.Bytes), read: readBytea},
	pgtype.TimestamptzOID: {value: value.Scalar(value.UnixTimestamp), read: readTimestamp},
	pgtype.TimestampOID:   {value: value.Scalar(value.UnixTimestamp), read: readTimestamp, naive: true},
	pgtype.DateOID:        {value: value.Scalar(value.Date), read: readDate},
	pgtype.UUIDOID:        {value: value.Scalar(value.Uuid), read: readUUID},
	pgtype.NumericOID:     {value: value.Scalar(value.Decimal), read: readNumeric},
	pgtype.JSONOID:        {value: value.Scalar(value.Json), read: readJSON},
	pgtype.JSONBOID:       {value: value.Scalar(value.Json), read: readJSONB},
}

// arrays give the OID of an array's elements.
var arrays = map[uint32]uint32{
	pgtype.BoolArrayOID: pgtype.BoolOID, pgtype.Int2ArrayOID: pgtype.Int2OID, pgtype.Int4ArrayOID: pgtype.Int4OID,
	pgtype.Int8ArrayOID: pgtype.Int8OID, pgtype.Float4ArrayOID: pgtype.Float4OID, pgtype.Float8ArrayOID: pgtype.Float8OID,
	pgtype.TextArrayOID: pgtype.TextOID, pgtype.VarcharArrayOID: pgtype.VarcharOID, pgtype.ByteaArrayOID: pgtype.ByteaOID,
	pgtype.TimestamptzArrayOID: pgtype.TimestamptzOID, pgtype.DateArrayOID: pgtype.DateOID, pgtype.UUIDArrayOID: pgtype.UUIDOID,
	pgtype.NumericArrayOID: pgtype.NumericOID,
}

// typeOf returns a type by its OID.
func typeOf(oid uint32) sqlType {
	if t, ok := scalars[oid]; ok {
		return t
	}
	if elem, ok := arrays[oid]; ok {
		t := scalars[elem]
		return sqlType{value: value.ArrayOf(t.value), read: readArray(t.read)}
	}
	return sqlType{value: value.Scalar(value.String), read: readText, text: true}
}

// selected returns the expression that gives a column in a form that read understands. char(n) is text without its
// padding, as everywhere in SQL.
func (c *column) selected() (string, error) {
	name, err := dialect.Quote(c.name)
	if err == nil && c.typ.text {
		name = "CAST(" + name + " AS text)"
	}
	return name, err
}

// declared gives the type of PostgreSQL for values of a type of ours in a table that we create.
func declared(t value.Type) string {
	switch t.Kind {
	case value.Array, value.Set:
		if !t.Elem.Nested() {
			return declared(*t.Elem) + "[]"
		}
	case value.Vector:
		return "real[]"
	case value.Float32:
		return "real"
	case value.Float64:
		return "double precision"
	case value.Date:
		return "date"
	case value.Decimal:
		return "numeric"
	}
	if name, ok := dialect.Types[t.Kind]; ok {
		return name
	}
	return "json"
}
