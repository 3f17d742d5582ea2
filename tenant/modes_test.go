package tenant_test

import (
	"context"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

var modes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement,
	pgx.QueryExecModeCacheDescribe,
	pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec,
	pgx.QueryExecModeSimpleProtocol,
}

// describes reports whether the server says in mode what a parameter is.
func describes(mode pgx.QueryExecMode) bool {
	return mode != pgx.QueryExecModeExec && mode != pgx.QueryExecModeSimpleProtocol
}

const keysSchema = `
create domain tenant_slug as text check (value <> '');
create table keys (
	u uuid, n8 bigint, n4 int, n2 smallint, s text, v varchar(20), d tenant_slug,
	us uuid[], ns bigint[], ss text[]
);`

func poolInMode(t *testing.T, mode pgx.QueryExecMode, dsn string) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg.ConnConfig.DefaultQueryExecMode = mode
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		tenant.RegisterType[orgID](conn.TypeMap())
		tenant.RegisterType[tenant.ID](conn.TypeMap())
		tenant.RegisterType[tenant.Int64ID](conn.TypeMap())
		tenant.RegisterType[tenant.TextID](conn.TypeMap())
		return nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestKeysInEveryMode(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, keysSchema)
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			pool, err := pgxpool.New(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(pool.Close)
			checkScalars(t, pool, mode)
			checkNull(t, pool, mode)
			checkZero(t, pool, mode)
			if describes(mode) {
				checkSlices(t, pool, mode)
			}
			registered := poolInMode(t, mode, dsn)
			checkScalars(t, registered, mode)
			checkSlices(t, registered, mode)
		})
	}
}

func checkScalars(t *testing.T, pool *pgxpool.Pool, mode pgx.QueryExecMode) {
	t.Helper()
	number, slug := tenant.NewInt64ID(7), tenant.NewTextID("o'neil\\")
	org, shop, named := orgID{acme}, shopID{number}, slugID{slug}
	const insert = `insert into keys (u, n8, n4, n2, s, v, d) values ($1, $2, $3, $4, $5, $6, $7)
		returning u, n8, n4, n2, s, v, d`
	var (
		u  tenant.ID
		n8 tenant.Int64ID
		n4 tenant.Int64ID
		n2 *tenant.Int64ID
		s  tenant.TextID
		v  tenant.TextID
		d  *tenant.TextID
	)
	err := pool.QueryRow(t.Context(), insert, mode, acme, number, number, &number, slug, slug, slug).
		Scan(&u, &n8, &n4, &n2, &s, &v, &d)
	if err != nil {
		t.Fatalf("plain keys: %v", err)
	}
	if u != acme || n8 != number || n4 != number || *n2 != number || s != slug || v != slug || *d != slug {
		t.Errorf("plain keys came back as %v %v %v %v %v %v %v", u, n8, n4, n2, s, v, d)
	}

	var (
		eu  orgID
		en8 shopID
		en4 *shopID
		en2 shopID
		es  slugID
		ev  *slugID
		ed  slugID
	)
	err = pool.QueryRow(t.Context(), insert, mode, org, shop, &shop, shop, named, &named, named).
		Scan(&eu, &en8, &en4, &en2, &es, &ev, &ed)
	if err != nil {
		t.Fatalf("embedded keys: %v", err)
	}
	if eu != org || en8 != shop || *en4 != shop || en2 != shop || es != named || *ev != named || ed != named {
		t.Errorf("embedded keys came back as %v %v %v %v %v %v %v", eu, en8, en4, en2, es, ev, ed)
	}

	// As generated code passes them: boxed in the interface.
	var found int
	err = pool.QueryRow(t.Context(), `select count(*) from keys where u = $1 and n8 = $2 and s = $3`,
		mode, tenant.Key(org), tenant.Key(shop), tenant.Key(named)).Scan(&found)
	if err != nil || found < 2 {
		t.Errorf("keys as conditions find %d rows, %v", found, err)
	}
}

func checkNull(t *testing.T, pool *pgxpool.Pool, mode pgx.QueryExecMode) {
	t.Helper()
	for sql, targets := range map[string][]any{
		`select null::uuid`:   {new(tenant.ID), new(orgID)},
		`select null::bigint`: {new(tenant.Int64ID), new(shopID)},
		`select null::text`:   {new(tenant.TextID), new(slugID)},
	} {
		for _, target := range targets {
			if err := pool.QueryRow(t.Context(), sql, mode).Scan(target); err == nil {
				t.Errorf("NULL scans into %T", target)
			}
		}
	}
	u, n, s := &orgID{acme}, new(tenant.Int64ID), new(tenant.TextID)
	err := pool.QueryRow(t.Context(), `select $1::uuid, $2::bigint, $3::text`, mode,
		(*orgID)(nil), (*tenant.Int64ID)(nil), (*tenant.TextID)(nil)).Scan(&u, &n, &s)
	if err != nil || u != nil || n != nil || s != nil {
		t.Errorf("nil pointers came back as %v %v %v, %v", u, n, s, err)
	}
}

func checkZero(t *testing.T, pool *pgxpool.Pool, mode pgx.QueryExecMode) {
	t.Helper()
	for sql, keys := range map[string][]any{
		`select count(*) from keys where u = $1`:          {tenant.ID{}, orgID{}},
		`select count(*) from keys where n8 = $1`:         {tenant.Int64ID{}, shopID{}},
		`select count(*) from keys where s = $1`:          {tenant.TextID{}, slugID{}},
		`select count(*) from keys where d = $1::text`:    {tenant.TextID{}, slugID{}},
		`select count(*) from keys where n4 = $1::int`:    {tenant.Int64ID{}},
		`select count(*) from keys where u = $1::uuid`:    {&tenant.ID{}},
		`select count(*) from keys where n2 = $1::bigint`: {&shopID{}},
	} {
		for _, key := range keys {
			var n int
			if err := pool.QueryRow(t.Context(), sql, mode, key).Scan(&n); err == nil {
				t.Errorf("%T, zero, was sent", key)
			}
		}
	}
}

func checkSlices(t *testing.T, pool *pgxpool.Pool, mode pgx.QueryExecMode) {
	t.Helper()
	us := []tenant.ID{acme, busy}
	ns := []tenant.Int64ID{tenant.NewInt64ID(1), tenant.NewInt64ID(2)}
	ss := []tenant.TextID{tenant.NewTextID("a"), tenant.NewTextID(`b",{`)}
	var (
		gotUs []tenant.ID
		gotNs []tenant.Int64ID
		gotSs []tenant.TextID
		orgs  []orgID
	)
	err := pool.QueryRow(t.Context(), `insert into keys (us, ns, ss) values ($1, $2, $3) returning us, us, ns, ss`, mode, us, ns, ss).
		Scan(&gotUs, &orgs, &gotNs, &gotSs)
	if err != nil {
		t.Fatalf("slices: %v", err)
	}
	if !slices.Equal(gotUs, us) || !slices.Equal(gotNs, ns) || !slices.Equal(gotSs, ss) || !slices.Equal(orgs, []orgID{{acme}, {busy}}) {
		t.Errorf("slices came back as %v %v %v %v", gotUs, orgs, gotNs, gotSs)
	}
	var found int
	err = pool.QueryRow(t.Context(), `select count(*) from keys where u = any($1)`, mode, []orgID{{acme}}).Scan(&found)
	if err != nil || found == 0 {
		t.Errorf("a slice as condition finds %d rows, %v", found, err)
	}
}

// COPY speaks binary in every mode.
func TestKeysInCopy(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t, keysSchema)
	n, err := pool.CopyFrom(t.Context(), pgx.Identifier{"keys"}, []string{"u", "n8", "n4", "s", "us"},
		pgx.CopyFromRows([][]any{{orgID{acme}, tenant.NewInt64ID(7), shopID{tenant.NewInt64ID(7)}, tenant.NewTextID("a"), []tenant.ID{acme}}}))
	if err != nil || n != 1 {
		t.Errorf("copied %d rows, %v", n, err)
	}
	_, err = pool.CopyFrom(t.Context(), pgx.Identifier{"keys"}, []string{"u"}, pgx.CopyFromRows([][]any{{tenant.ID{}}}))
	if err == nil {
		t.Error("a zero key was copied")
	}
}
