package query_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/internal/query"
)

// TestDescribe compares the types of parameters and output columns, and the
// columns' names, with what PostgreSQL says when it prepares the statement.
// Where ours is not known nothing is said; where it is, it must be equal, for
// a false type can make an equality look exact that is not.
func TestDescribe(t *testing.T) {
	t.Parallel()
	var total tally
	files := append(glob(t, "../prove/testdata/leaks/*.txtar"), glob(t, "testdata/describe/*.txtar")...)
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text := func(section string) string {
				for _, f := range a.Files {
					if f.Name == section {
						return string(f.Data)
					}
				}
				return ""
			}
			fixed := text("schema_fixed.sql")
			if fixed == "" {
				total.describe(t, text("schema.sql"), text("queries.sql")+text("tight.sql"), text("leak.sql"))
				return
			}
			total.describe(t, text("schema.sql"), "", text("leak.sql"))
			total.describe(t, fixed, text("tight.sql"), "")
		})
	}
	t.Logf("parameters: %d of %d typed; columns: %d of %d typed", total.knownParams, total.params, total.knownColumns, total.columns)
	if total.params == 0 || float64(total.knownParams) < 0.95*float64(total.params) {
		t.Errorf("only %d of %d parameters have a type", total.knownParams, total.params)
	}
	if total.columns == 0 || float64(total.knownColumns) < 0.9*float64(total.columns) {
		t.Errorf("only %d of %d output columns have a type", total.knownColumns, total.columns)
	}
}

type tally struct{ params, knownParams, columns, knownColumns int }

// describe prepares each statement. Those of strict must all be resolved,
// unless a comment says that the statement fails; those of loose need not.
func (n *tally) describe(t *testing.T, schema, strict, loose string) {
	t.Helper()
	cat := build(t, schema)
	pool := pgtest.New(t, schema)
	types, columns := serverTypes(t, pool), serverColumns(t, pool)
	ctx := context.Background()
	conn, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	var rep diag.List
	stmts := query.Parse("strict.sql", strict, cat, &rep)
	stmts = append(stmts, query.Parse("loose.sql", loose, cat, &rep)...)
	for _, st := range stmts {
		if len(st.Issues) > 0 {
			if st.File == "strict.sql" && !slices.Contains(st.Comments, "fails") {
				var out strings.Builder
				query.Dump(&out, st)
				t.Errorf("not resolved:\n%s", out.String())
			}
			continue
		}
		sd, err := conn.Conn().PgConn().Prepare(ctx, "", st.SQL, nil)
		if err != nil {
			if !slices.Contains(st.Comments, "fails") {
				t.Errorf("%s: prepare: %v\n%s", st.Name, err, st.SQL)
			}
			continue
		}
		if slices.Contains(st.Comments, "fails") {
			t.Errorf("%s does not fail", st.Name)
		}
		if len(sd.ParamOIDs) != len(st.Params) {
			t.Errorf("%s: PostgreSQL has %d parameters, we have %d", st.Name, len(sd.ParamOIDs), len(st.Params))
			continue
		}
		for i, p := range st.Params {
			n.params++
			if p.Type.IsZero() {
				t.Logf("%s: the type of $%d (%v) is left open", st.Name, i+1, types[sd.ParamOIDs[i]])
				continue
			}
			n.knownParams++
			if want := types[sd.ParamOIDs[i]]; !p.Type.Same(want) {
				t.Errorf("%s: $%d is %v, and we say %v\n%s", st.Name, i+1, want, p.Type, st.SQL)
			}
		}
		cols := st.Body.Columns()
		if len(cols) != len(sd.Fields) {
			t.Errorf("%s: PostgreSQL has %d output columns, we have %d\n%s", st.Name, len(sd.Fields), len(cols), st.SQL)
			continue
		}
		for i, c := range cols {
			if c.Name != sd.Fields[i].Name {
				t.Errorf("%s: column %d is called %s, and we say %s\n%s", st.Name, i+1, sd.Fields[i].Name, c.Name, st.SQL)
			}
			n.columns++
			want := types[sd.Fields[i].DataTypeOID]
			origin := ""
			if sd.Fields[i].TableOID != 0 {
				origin = columns[columnID{sd.Fields[i].TableOID, sd.Fields[i].TableAttributeNumber}]
			}
			if got := originOf(c.Expr); got != origin {
				t.Errorf("%s: column %s comes from %q, and we say %q\n%s", st.Name, c.Name, origin, got, st.SQL)
			}
			if c.Type.IsZero() {
				t.Logf("%s: the type of column %s (%v) is left open", st.Name, c.Name, want)
				continue
			}
			n.knownColumns++
			if !cat.Base(c.Type).Same(want) { // the protocol tells the base of a domain
				t.Errorf("%s: column %s is %v, and we say %v\n%s", st.Name, c.Name, want, c.Type, st.SQL)
			}
		}
	}
}

// serverTypes reads the server's types by OID.
func serverTypes(t *testing.T, pool *pgxpool.Pool) map[uint32]catalog.Type {
	t.Helper()
	rows, err := pool.Query(context.Background(), `
		select t.oid, coalesce(en.nspname, n.nspname)::text, coalesce(e.typname, t.typname)::text, e.oid is not null
		from pg_type t join pg_namespace n on n.oid = t.typnamespace
		left join pg_type e on t.typcategory = 'A' and e.oid = t.typelem
		left join pg_namespace en on en.oid = e.typnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	out := map[uint32]catalog.Type{}
	for rows.Next() {
		var oid uint32
		var typ catalog.Type
		if err := rows.Scan(&oid, &typ.Schema, &typ.Name, &typ.Array); err != nil {
			t.Fatal(err)
		}
		out[oid] = typ
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

type columnID struct {
	table     uint32
	attribute uint16
}

// serverColumns reads the columns of the schema's relations, "public.t.c".
func serverColumns(t *testing.T, pool *pgxpool.Pool) map[columnID]string {
	t.Helper()
	rows, err := pool.Query(context.Background(), `
		select c.oid, a.attnum, n.nspname || '.' || c.relname || '.' || a.attname
		from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
		where n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema') and (a.attnum > 0 or a.attname in ('ctid', 'tableoid'))`)
	if err != nil {
		t.Fatal(err)
	}
	out := map[columnID]string{}
	for rows.Next() {
		var table uint32
		var attribute int16
		var name string
		if err := rows.Scan(&table, &attribute, &name); err != nil {
			t.Fatal(err)
		}
		out[columnID{table, uint16(attribute)}] = name
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// originOf traces an output column to the column of a relation that it shows,
// as PostgreSQL does for its protocol: through subqueries and WITH queries, not
// into views.
func originOf(e query.Expr) string {
	switch e := e.(type) {
	case *query.ColRef:
		switch r := e.RTE; r.Kind {
		case query.RelationRTE:
			return r.Relation.FullName() + "." + r.Relation.Columns[e.Col].Name
		case query.SubqueryRTE:
			return originIn(r.Sub, e.Col)
		case query.CTERTE:
			if !r.Self {
				return originIn(r.CTE.Query, e.Col)
			}
		}
	case *query.SystemColumn:
		return e.RTE.Relation.FullName() + "." + e.Name
	}
	return ""
}

// originIn traces a column of a subquery. Set operations and VALUES have none.
func originIn(q query.Query, col int) string {
	if cols := q.Columns(); col < len(cols) {
		return originOf(cols[col].Expr)
	}
	return ""
}
