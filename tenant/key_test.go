package tenant_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tenantc/tenantc/tenant"
)

// What generated code declares for the dimensions of a program.
type (
	orgID  struct{ tenant.ID }
	shopID struct{ tenant.Int64ID }
	slugID struct{ tenant.TextID }
)

var (
	_ tenant.Key = orgID{}
	_ tenant.Key = shopID{}
	_ tenant.Key = slugID{}
)

const (
	acmeText = "0190a6f2-0000-7000-8000-00000000000a"
	busyText = "0190a6f2-0000-7000-8000-00000000000b"
)

var (
	acme = tenant.MustID(acmeText)
	busy = tenant.MustID(busyText)
)

func TestParseID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want string
		err      string
	}{
		{in: acmeText, want: acmeText},
		{in: strings.ToUpper(acmeText), want: acmeText},
		{in: "urn:uuid:" + acmeText, want: acmeText},
		{in: uuid.Nil.String(), err: "no tenant"},
		{in: "", err: "parse id"},
		{in: "acme", err: "parse id"},
	} {
		id, err := tenant.ParseID(c.in)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) || !id.IsZero() {
				t.Errorf("ParseID(%q) = %v, %v; want an error with %q", c.in, id, err, c.err)
			}
			continue
		}
		if err != nil || id.String() != c.want {
			t.Errorf("ParseID(%q) = %v, %v; want %s", c.in, id, err, c.want)
		}
	}
}

func TestParseInt64ID(t *testing.T) {
	t.Parallel()
	if id, err := tenant.ParseInt64ID("-7"); err != nil || id.Int64() != -7 {
		t.Errorf("got %v, %v", id, err)
	}
	if _, err := tenant.ParseInt64ID("0"); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("0 gives %v, want ErrNoTenant", err)
	}
	if _, err := tenant.ParseInt64ID("7a"); err == nil {
		t.Error("7a is accepted")
	}
}

func TestIDFrom(t *testing.T) {
	t.Parallel()
	u := uuid.New()
	if got := tenant.IDFrom(u).UUID(); got != u {
		t.Errorf("got %s, want %s", got, u)
	}
	if !tenant.IDFrom(uuid.Nil).IsZero() {
		t.Error("the nil UUID gives a key")
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	a, b := tenant.NewID(), tenant.NewID()
	if a == b || a.IsZero() || a.UUID().Version() != 7 {
		t.Errorf("got %s and %s", a, b)
	}
	if a.String() > b.String() {
		t.Errorf("%s sorts after the later %s", a, b)
	}
}

func TestMustIDPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	tenant.MustID("acme")
}

// The zero value never leaves the program, whichever door it takes.
func TestZeroDoesNotEncode(t *testing.T) {
	t.Parallel()
	for _, key := range []tenant.Key{
		tenant.ID{}, tenant.Int64ID{}, tenant.TextID{}, orgID{}, shopID{}, slugID{},
		tenant.IDFrom(uuid.Nil), tenant.NewInt64ID(0), tenant.NewTextID(""),
	} {
		if !key.IsZero() || key.String() != "" {
			t.Errorf("%T: IsZero %t, String %q", key, key.IsZero(), key.String())
		}
		m := pgtype.NewMap()
		for _, oid := range []uint32{0, pgtype.UUIDOID, pgtype.Int8OID, pgtype.TextOID} {
			for _, format := range []int16{pgtype.TextFormatCode, pgtype.BinaryFormatCode} {
				if buf, err := m.Encode(oid, format, key, nil); err == nil {
					t.Errorf("%T encodes as %q for oid %d, format %d", key, buf, oid, format)
				}
			}
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	type document struct {
		A tenant.ID
		B tenant.Int64ID
		C tenant.TextID
		D orgID
		E shopID
		F slugID
		G *tenant.ID
		H map[tenant.Int64ID]int
	}
	big := tenant.NewInt64ID(math.MaxInt64)
	full := document{
		A: acme, B: big, C: tenant.NewTextID("acme"), D: orgID{busy}, E: shopID{big},
		F: slugID{tenant.NewTextID("ä\"")}, G: &acme, H: map[tenant.Int64ID]int{big: 1},
	}
	for name, c := range map[string]struct {
		doc  document
		want string
	}{
		"full": {full, `{"A":"` + acmeText + `","B":9223372036854775807,"C":"acme","D":"` + busyText +
			`","E":9223372036854775807,"F":"ä\"","G":"` + acmeText + `","H":{"9223372036854775807":1}}`},
		"zero": {document{}, `{"A":"","B":0,"C":"","D":"","E":0,"F":"","G":null,"H":null}`},
	} {
		data, err := json.Marshal(c.doc)
		if err != nil {
			t.Fatal(err)
		}
		if string(data) != c.want {
			t.Errorf("%s: got  %s\nwant %s", name, data, c.want)
		}
		var back document
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.doc, back, cmp.Comparer(func(a, b tenant.ID) bool { return a == b }),
			cmp.Comparer(func(a, b tenant.Int64ID) bool { return a == b }),
			cmp.Comparer(func(a, b tenant.TextID) bool { return a == b })); diff != "" {
			t.Errorf("%s changed on the way (-out +back):\n%s", name, diff)
		}
	}
	var id tenant.Int64ID
	if err := json.Unmarshal([]byte(`"42"`), &id); err != nil || id.Int64() != 42 {
		t.Errorf(`"42" reads as %v, %v`, id, err)
	}
	for _, bad := range []string{`"x"`, `1.5`, `true`, `"4`} {
		if err := json.Unmarshal([]byte(bad), &id); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

func TestScanSQL(t *testing.T) {
	t.Parallel()
	var id tenant.ID
	raw := acme.UUID()
	for _, src := range []any{acmeText, []byte(acmeText), raw[:]} {
		if err := id.Scan(src); err != nil || id != acme {
			t.Errorf("Scan(%T) = %v, %v", src, id, err)
		}
	}
	var n tenant.Int64ID
	for _, src := range []any{int64(7), "7", []byte("7")} {
		if err := n.Scan(src); err != nil || n.Int64() != 7 {
			t.Errorf("Scan(%T) = %v, %v", src, n, err)
		}
	}
	var s tenant.TextID
	for _, src := range []any{"x", []byte("x")} {
		if err := s.Scan(src); err != nil || s.String() != "x" {
			t.Errorf("Scan(%T) = %v, %v", src, s, err)
		}
	}
	for _, target := range []interface{ Scan(any) error }{&id, &n, &s} {
		if target.Scan(nil) == nil {
			t.Errorf("NULL scans into %T", target)
		}
	}
}

// The figures that the query path rests on: a key costs the interface it
// travels in, and a key that is one already costs nothing.
func TestEncodingAllocations(t *testing.T) {
	m := pgtype.NewMap()
	buf := make([]byte, 0, 64)
	var (
		number = tenant.NewInt64ID(1 << 40)
		slug   = tenant.NewTextID("acme")
		org    = orgID{acme}
	)
	var boxed tenant.Key = acme
	for name, c := range map[string]struct {
		encode func() any
		oid    uint32
		want   float64
	}{
		"ID":          {func() any { return acme }, pgtype.UUIDOID, 1},
		"embedded ID": {func() any { return org }, pgtype.UUIDOID, 1},
		"Int64ID":     {func() any { return number }, pgtype.Int8OID, 1},
		"TextID":      {func() any { return slug }, pgtype.TextOID, 1},
		"Key":         {func() any { return boxed }, pgtype.UUIDOID, 0},
	} {
		got := testing.AllocsPerRun(1000, func() {
			if _, err := m.Encode(c.oid, pgtype.BinaryFormatCode, c.encode(), buf); err != nil {
				t.Fatal(err)
			}
		})
		if got > c.want {
			t.Errorf("%s: %v allocations, want %v", name, got, c.want)
		}
	}
	if size := reflect.TypeFor[tenant.ID]().Size(); size != 16 {
		t.Errorf("an ID is %d bytes, want 16", size)
	}
}

// A pointer to a key is one, too, as is what embeds it. A nil one is no tenant, and
// no reason to panic.
func TestNilPointers(t *testing.T) {
	t.Parallel()
	type pointing struct{ *tenant.ID }
	db := tenant.NewShared(nil) // nothing is sent
	for what, id := range map[string]tenant.Key{
		"nothing": nil, "ID": (*tenant.ID)(nil), "Int64ID": (*tenant.Int64ID)(nil), "TextID": (*tenant.TextID)(nil),
		"a dimension's": (*orgID)(nil), "embedded": pointing{}, "a pointer to that": (*pointing)(nil),
	} {
		if _, err := db.Exec(t.Context(), id, "select 1"); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: Exec: %v, want ErrNoTenant", what, err)
		}
		if _, err := db.Query(t.Context(), id, "select 1"); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: Query: %v, want ErrNoTenant", what, err)
		}
		if err := db.QueryRow(t.Context(), id, "select 1").Scan(); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: QueryRow: %v, want ErrNoTenant", what, err)
		}
		if err := db.InTx(t.Context(), id, pgx.TxOptions{}, nil); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: InTx: %v, want ErrNoTenant", what, err)
		}
		if err := db.SendBatch(t.Context(), id, &pgx.Batch{}).Close(); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: SendBatch: %v, want ErrNoTenant", what, err)
		}
		if err := tenant.RunBatch(t.Context(), db, id, func(*tenant.Batch) { t.Error("it ran") }); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: RunBatch: %v, want ErrNoTenant", what, err)
		}
	}
	// What is pointed to is the tenant.
	if keys, err := tenant.Refs(&acme, 1, func(int) (int, bool, bool) { return 7, true, true }); len(keys) != 1 || err != nil {
		t.Errorf("a pointer to a key: %v, %v", keys, err)
	}
	ctx := tenant.NewContext(t.Context(), (*tenant.ID)(nil))
	if id, err := tenant.FromContext[*tenant.ID](ctx); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("of a context: %v, %v, want ErrNoTenant", id, err)
	}
}
