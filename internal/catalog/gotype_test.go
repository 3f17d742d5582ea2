package catalog

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/pgtest"
)

const goTypes = `package models

import (
	"encoding/json"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

type Row struct {
	F0  string              ` + "`db:\"f0\"`" + `
	F1  int16               ` + "`db:\"f1\"`" + `
	F2  int32               ` + "`db:\"f2\"`" + `
	F3  int64               ` + "`db:\"f3\"`" + `
	F4  int                 ` + "`db:\"f4\"`" + `
	F5  uint32              ` + "`db:\"f5\"`" + `
	F6  uint64              ` + "`db:\"f6\"`" + `
	F7  float32             ` + "`db:\"f7\"`" + `
	F8  float64             ` + "`db:\"f8\"`" + `
	F9  bool                ` + "`db:\"f9\"`" + `
	F10 []byte              ` + "`db:\"f10\"`" + `
	F11 time.Time           ` + "`db:\"f11\"`" + `
	F12 time.Duration       ` + "`db:\"f12\"`" + `
	F13 json.RawMessage     ` + "`db:\"f13\"`" + `
	F14 netip.Addr          ` + "`db:\"f14\"`" + `
	F15 netip.Prefix        ` + "`db:\"f15\"`" + `
	F16 uuid.UUID           ` + "`db:\"f16\"`" + `
	F17 uuid.NullUUID       ` + "`db:\"f17\"`" + `
	F18 pgtype.Text         ` + "`db:\"f18\"`" + `
	F19 pgtype.Bool         ` + "`db:\"f19\"`" + `
	F20 pgtype.Int2         ` + "`db:\"f20\"`" + `
	F21 pgtype.Int4         ` + "`db:\"f21\"`" + `
	F22 pgtype.Int8         ` + "`db:\"f22\"`" + `
	F23 pgtype.Float4       ` + "`db:\"f23\"`" + `
	F24 pgtype.Float8       ` + "`db:\"f24\"`" + `
	F25 pgtype.Numeric      ` + "`db:\"f25\"`" + `
	F26 pgtype.UUID         ` + "`db:\"f26\"`" + `
	F27 pgtype.Date         ` + "`db:\"f27\"`" + `
	F28 pgtype.Time         ` + "`db:\"f28\"`" + `
	F29 pgtype.Timestamp    ` + "`db:\"f29\"`" + `
	F30 pgtype.Timestamptz  ` + "`db:\"f30\"`" + `
	F31 pgtype.Interval     ` + "`db:\"f31\"`" + `
	F32 []string            ` + "`db:\"f32\"`" + `
	F33 []int64             ` + "`db:\"f33\"`" + `
	F34 map[string]string   ` + "`db:\"f34\"`" + `
	F35 [16]byte            ` + "`db:\"f35\"`" + `
	F36 []uuid.UUID         ` + "`db:\"f36\"`" + `
	F37 *string             ` + "`db:\"f37\"`" + `
}
`

// goValues are pointers to the types above, in their order.
var goValues = []any{
	new(string), new(int16), new(int32), new(int64), new(int), new(uint32), new(uint64), new(float32), new(float64), new(bool), new([]byte),
	new(time.Time), new(time.Duration), new(json.RawMessage), new(netip.Addr), new(netip.Prefix), new(uuid.UUID), new(uuid.NullUUID),
	new(pgtype.Text), new(pgtype.Bool), new(pgtype.Int2), new(pgtype.Int4), new(pgtype.Int8), new(pgtype.Float4), new(pgtype.Float8),
	new(pgtype.Numeric), new(pgtype.UUID), new(pgtype.Date), new(pgtype.Time), new(pgtype.Timestamp), new(pgtype.Timestamptz), new(pgtype.Interval),
	new([]string), new([]int64), new(map[string]string), new([16]byte), new([]uuid.UUID), new(*string),
}

// samples are values that use the whole of their type.
var samples = map[string]string{
	"bool": "true", "int2": "32767", "int4": "2147483647", "int8": "9223372036854775807", "float4": "1.5", "float8": "1.7976931348623157e300",
	"numeric": "12345.678", "text": "abc", "varchar": "abc", "bpchar": "abc", "uuid": "11111111-1111-1111-1111-111111111111",
	"json": `{"a":"b"}`, "jsonb": `{"a":"b"}`, "bytea": `\x0102`, "date": "2024-05-06", "time": "12:34:56", "timetz": "12:34:56+01",
	"timestamp": "2024-05-06 12:34:56", "timestamptz": "2024-05-06 12:34:56+00", "interval": "1 hour", "inet": "10.0.0.1/32", "cidr": "10.0.0.0/8",
	"macaddr": "08:00:2b:01:02:03", "_text": "{a,b}", "_int8": "{1,2}", "_uuid": "{11111111-1111-1111-1111-111111111111}",
}

// lossy are the types that scan into a Go type and are refused all the same:
// the bytes of a number are not the number, and a part of the value is lost, or
// another value of the type would not scan.
var lossy = map[string]string{
	"float32":            "int2 int4 int8 float8 numeric",
	"float64":            "int8",
	"pgtype.Float4":      "int2 int4 int8 float8 numeric",
	"pgtype.Float8":      "int8",
	"[]byte":             "int2 int4 int8 float4 float8 numeric uuid time timetz macaddr _int8 _uuid _text",
	"json.RawMessage":    "int2 int4 int8 float4 float8 numeric uuid time timetz macaddr _int8 _uuid _text bytea text varchar bpchar",
	"time.Duration":      "int2 int4",
	"pgtype.Text":        "_text _uuid _int8 bytea",
	"pgtype.Date":        "timestamp timestamptz",
	"pgtype.Timestamp":   "timestamptz",
	"pgtype.Timestamptz": "timestamp",
	"pgtype.Time":        "interval",
	"pgtype.Interval":    "time",
	"pgtype.Numeric":     "float4 float8",
}

// byContent are pairs that scan when the value has the right content.
var byContent = map[string]string{
	"uuid.UUID": "text varchar bpchar", "uuid.NullUUID": "text varchar bpchar", "[]uuid.UUID": "_text json jsonb",
	"[]string": "json jsonb", "[]int64": "json jsonb",
}

// TestGoTypes scans a value of each type into each Go type on a server: what
// the check accepts must scan, and what it refuses must not, or is lossy.
func TestGoTypes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "row.go"), []byte(goTypes), 0o600); err != nil {
		t.Fatal(err)
	}
	fields := loadFields(t, dir)
	if len(fields) != len(goValues) {
		t.Fatalf("%d fields and %d values", len(fields), len(goValues))
	}
	conn, err := pgx.Connect(context.Background(), pgtest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	b := newBuilder(Input{}, &diag.List{})
	for name, sample := range samples {
		typ, ok := b.cat.typeNamed("", name)
		if !ok {
			t.Fatalf("no type %s", name)
		}
		for i, f := range fields {
			dest := reflect.New(reflect.TypeOf(goValues[i]).Elem()).Interface()
			err := conn.QueryRow(context.Background(), "select '"+sample+"'::"+name).Scan(dest)
			holds := b.holds(f.Type, typ)
			switch {
			case holds && err != nil && !wordSet(byContent[f.TypeText])[name]:
				t.Errorf("%s is said to hold %s: %v", f.TypeText, name, err)
			case !holds && err == nil && !wordSet(lossy[f.TypeText])[name]:
				t.Errorf("%s holds %s and is refused", f.TypeText, name)
			}
		}
	}
}

func loadFields(t *testing.T, dir string) []*model.Field {
	t.Helper()
	rep := &diag.List{}
	pkg, err := model.Load(dir, ".", rep)
	if err != nil || rep.Len() > 0 || len(pkg.Models) != 1 {
		t.Fatalf("load: %v, %v", err, rep.Sorted())
	}
	return pkg.Models[0].Fields
}
