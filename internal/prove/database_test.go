package prove_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/internal/prove"
)

// TestDatabase asks of each leak out of a tenant's own database that it is
// refused, and shows that it is one: on a real server, its outcome changes with
// what lies in another database, or it changes that. A tight query is accepted
// and does neither.
func TestDatabase(t *testing.T) {
	t.Parallel()
	files, err := gallery.Load("testdata/database/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			proofs, rep := proveSide(&f.Leak)
			for _, p := range proofs {
				if why := notRefusedFor(f, p, rep); why != "" {
					t.Errorf("%s %s\n%s", p.Stmt.Name, why, p.Stmt.Text)
				}
			}
			leaks := newNeighbours(t, &f.Leak)
			for _, q := range f.Leak.Queries {
				if leaks.apart(t, q, true) == "" {
					t.Errorf("%s does not leave its database\n%s", q.Name, q.SQL)
				}
			}
			proofs, rep = proveSide(&f.Tight)
			if rep.HasErrors() {
				t.Errorf("the tight schema has errors: %v", rep.Sorted())
			}
			for _, p := range proofs {
				if why := notTight(f, p, rep); why != "" {
					t.Errorf("%s %s\n%s", p.Stmt.Name, why, p.Stmt.Text)
				}
				if len(p.Tenants) != 0 || !slices.Equal(p.Declarations(), []string{"isolation: database"}) {
					t.Errorf("%s: tenants %v, declared %q", p.Stmt.Name, p.Tenants, p.Declarations())
				}
			}
			tight := newNeighbours(t, &f.Tight)
			for _, q := range f.Tight.Queries {
				if how := tight.apart(t, q, false); how != "" {
					t.Errorf("%s leaves its database: %s\n%s", q.Name, how, q.SQL)
				}
			}
		})
	}
}

// notRefusedFor says why a leak is not refused for the code that want names, or "".
func notRefusedFor(f *gallery.File, p *prove.Proof, _ *diag.List) string {
	want := f.Wants[p.Stmt.Name]
	if want.Verdict == "refused" {
		if p.Verdict != prove.Refused {
			return "is a leak and is " + p.Verdict.String() + ": " + proofText(p)
		}
		if !slices.ContainsFunc(p.Findings, func(d diag.Diagnostic) bool { return string(d.Code) == want.Reason }) {
			return fmt.Sprintf("is refused, and not for %s: %v", want.Reason, p.Findings)
		}
		return ""
	}
	if !slices.ContainsFunc(p.Assumes, func(a prove.Assumption) bool { return !a.Declared && string(a.Code) == want.Reason }) {
		return fmt.Sprintf("leaks through the schema and leans on %v, not on %s", p.Assumes, want.Reason)
	}
	return ""
}

// neighbours are two databases of one server: the one in which the queries of a
// side run, and another tenant's, with a table docs of its own.
type neighbours struct {
	schema, data string
	own, other   *pgconn.PgConn
}

func newNeighbours(t *testing.T, side *gallery.Side) *neighbours {
	t.Helper()
	dsn := pgtest.DSN(t, `CREATE TABLE docs (id bigint, title text)`)
	cfg, err := pgconn.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.NewReplacer(
		"neighbour_host", cfg.Host, "neighbour_port", fmt.Sprint(cfg.Port), "neighbour_db", cfg.Database, "neighbour_user", cfg.User,
		"'neighbour'", fmt.Sprintf("'host=%s port=%d dbname=%s user=%s'", cfg.Host, cfg.Port, cfg.Database, cfg.User),
		"''neighbour''", fmt.Sprintf("''host=%s port=%d dbname=%s user=%s''", cfg.Host, cfg.Port, cfg.Database, cfg.User),
	)
	n := &neighbours{schema: name.Replace(side.Schema), data: name.Replace(side.Data), other: connect(t, dsn)}
	for i := range side.Queries {
		side.Queries[i].SQL = name.Replace(side.Queries[i].SQL)
	}
	n.fill(t, false)
	n.own = connect(t, pgtest.DSN(t, n.schema, n.data))
	return n
}

// fill empties the other database, or puts a row into it.
func (n *neighbours) fill(t *testing.T, rows bool) {
	t.Helper()
	sql := `DELETE FROM docs;`
	if rows {
		sql += `INSERT INTO docs VALUES (500, 'theirs')`
	}
	lines(t, n.other, sql)
}

// apart says how q shows, or changes, what lies in the other database, or "".
// A leak runs in a database that is made for it, since only what is committed
// has happened elsewhere too.
func (n *neighbours) apart(t *testing.T, q gallery.Query, leak bool) string {
	t.Helper()
	for _, args := range q.Args {
		var seen [2]string
		for i, rows := range []bool{true, false} {
			own, end := n.own, "ROLLBACK"
			if leak {
				own, end = connect(t, pgtest.DSN(t, n.schema, n.data)), "COMMIT"
			}
			n.fill(t, rows)
			stored := lines(t, own, `SELECT format('REFRESH MATERIALIZED VIEW %s', oid::regclass) FROM pg_class WHERE relkind = 'm' ORDER BY oid`)
			lines(t, own, strings.Join(stored, ";"))
			before := lines(t, n.other, `SELECT * FROM docs`)
			seen[i] = outcomeOf(t, own, q, args, end)
			if after := lines(t, n.other, `SELECT * FROM docs`); !slices.Equal(before, after) {
				return fmt.Sprintf("the other database holds %q before and %q after", before, after)
			}
			if leak {
				own.Close(context.Background())
			}
		}
		if seen[0] != seen[1] {
			return fmt.Sprintf("%s with the other's rows, %s without", seen[0], seen[1])
		}
		if strings.HasPrefix(seen[0], "ERROR") {
			t.Errorf("%s fails: %s\n%s", q.Name, seen[0], q.SQL)
		}
	}
	return ""
}

// outcomeOf runs q, and says what it returned and what is stored after it.
func outcomeOf(t *testing.T, conn *pgconn.PgConn, q gallery.Query, args gallery.Args, end string) string {
	t.Helper()
	lines(t, conn, "BEGIN")
	res := exec(conn, q.SQL, args)
	if res.Err != nil {
		lines(t, conn, "ROLLBACK")
		return "ERROR " + res.Err.Error()
	}
	out := []string{res.CommandTag.String()}
	for _, r := range cells(res) {
		for _, c := range r {
			out = append(out, show(c))
		}
	}
	for _, sql := range lines(t, conn, `SELECT format('SELECT v::text FROM %s v', oid::regclass) FROM pg_class WHERE relkind = 'm' ORDER BY oid`) {
		out = append(out, lines(t, conn, sql)...)
	}
	lines(t, conn, end)
	return strings.Join(out, " ")
}

// lines runs SQL of the harness and returns the last result's rows.
func lines(t *testing.T, conn *pgconn.PgConn, sql string) []string {
	t.Helper()
	results, err := conn.Exec(context.Background(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	var out []string
	if len(results) > 0 {
		for _, r := range cells(results[len(results)-1]) {
			var words []string
			for _, c := range r {
				words = append(words, show(c))
			}
			out = append(out, strings.Join(words, ", "))
		}
	}
	return out
}

const databaseSchema = `CREATE EXTENSION lo;
CREATE TABLE docs (id bigint PRIMARY KEY, title text NOT NULL);
CREATE TABLE plans (id bigint PRIMARY KEY);
CREATE TABLE uses (plan_id bigint REFERENCES plans (id) ON DELETE SET NULL);
CREATE FUNCTION other() RETURNS text LANGUAGE c AS 'other';
CREATE FUNCTION known() RETURNS text LANGUAGE c AS 'known';
CREATE MATERIALIZED VIEW kept AS SELECT id FROM docs;
CREATE MATERIALIZED VIEW kept_kept AS SELECT count(*) FROM kept, plans;
CREATE MATERIALIZED VIEW kept_plans AS SELECT id FROM plans;
CREATE MATERIALIZED VIEW kept_known AS SELECT known() FROM docs;
CREATE MATERIALIZED VIEW kept_sample AS SELECT id FROM docs TABLESAMPLE system (1);`

var databaseTenancy = config.Tenancy{
	Isolation: config.IsolationDatabase,
	Tables:    []config.Table{{Name: "plans", Global: true}},
	Trust:     config.Trust{Functions: []config.Named{{Name: "known"}}},
}

// databaseCase is a statement of a tenant's own database.
type databaseCase struct {
	annotation, sql string
	verdict         prove.Verdict
	code            diag.Code // that it is refused for, or that it leans on
}

// What leads out of the database is refused by name, and so is what a connection
// would keep for its next user. No parameter carries the tenant, so that none
// can be declared to.
var databaseCases = []databaseCase{
	{"", `COPY docs FROM PROGRAM 'psql other'`, prove.Refused, diag.CodeStatementKind},
	{"", `COPY docs TO '/tmp/docs'`, prove.Refused, diag.CodeStatementKind},
	{"", `SET search_path = other`, prove.Refused, diag.CodeStatementKind},
	{"", `SET ROLE other`, prove.Refused, diag.CodeStatementKind},
	{"", `CREATE TEMPORARY TABLE t AS SELECT * FROM docs`, prove.Refused, diag.CodeStatementKind},
	{"", `TRUNCATE docs`, prove.Refused, diag.CodeStatementKind},
	{"", `LISTEN docs`, prove.Refused, diag.CodeStatementKind},
	{"", `CALL other()`, prove.Refused, diag.CodeStatementKind},
	{"", `DO 'begin end'`, prove.Refused, diag.CodeStatementKind},
	{"", `SELECT set_config('search_path', 'other', false) FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT * FROM other.public.docs`, prove.Refused, diag.CodeUnknownRelation},
	{"", `SELECT query FROM docs, pg_stat_activity`, prove.Refused, diag.CodeSystemRelation},
	{"", `SELECT datname FROM docs, pg_catalog.pg_database`, prove.Refused, diag.CodeSystemRelation},
	{"", `SELECT description FROM docs, pg_shdescription`, prove.Refused, diag.CodeSystemRelation},
	{"", `SELECT pg_read_file('base/1/1259') FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT pg_ls_dir('base') FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT pg_stat_get_activity(NULL) FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT pg_terminate_backend(1) FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT pg_database_size('other') FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT lo_import('/etc/passwd') FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT lo_get(1) FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT dblink_connect('dbname=other') FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT database_to_xml(true, true, '') FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT other() FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT 'docs'::regclass FROM docs`, prove.Refused, diag.CodeFunction},
	{"", `SELECT title FROM elsewhere`, prove.Refused, diag.CodeUnknownRelation},

	{"", `SELECT title FROM docs WHERE id = @tenant_id`, prove.Confined, ""},
	{"-- tenant: none", `SELECT title FROM docs`, prove.Confined, ""},
	{"-- tenant: by tenant", `SELECT title FROM docs`, prove.Confined, ""},
	{"-- tenant: filter docs", `SELECT title FROM docs ORDER BY id`, prove.Confined, ""},
	{"-- tenant: @id", `SELECT title FROM docs WHERE id = @id`, prove.Refused, diag.CodeAnnotation},
	{"-- tenant: unscoped admin: all of them", `SELECT title FROM docs`, prove.Refused, diag.CodeStale},
	{"-- tenant: unscoped admin: all of them", `SELECT title, pg_read_file(title) FROM docs`, prove.Unscoped, ""},
	{"-- tenant: existence: known", `INSERT INTO docs VALUES (1, 'a')`, prove.Refused, diag.CodeStale},

	{"", `SELECT id FROM kept`, prove.Confined, ""},
	{"", `SELECT count FROM kept_kept`, prove.Confined, ""},
	{"", `SELECT known() FROM docs`, prove.Confined, ""},
	{"", `SELECT id FROM kept_plans`, prove.Refused, diag.CodeUnclassified},
	{"", `SELECT known FROM kept_known`, prove.Refused, diag.CodeUnclassified},
	{"", `SELECT id FROM kept_sample`, prove.Refused, diag.CodeUnclassified},

	{"", `SELECT id FROM plans`, prove.Global, ""},
	{"", `SELECT p.id FROM plans p, docs d`, prove.Confined, ""},
	{"", `INSERT INTO plans SELECT id FROM docs`, prove.Refused, diag.CodeGlobalWrite},
	{"", `DELETE FROM plans`, prove.Global, diag.CodeAssumeCascade},
}

func (c databaseCase) text() string {
	return "-- name: Q :exec\n" + c.annotation + "\n" + c.sql + ";\n"
}

// wrong says in what the proof is not as wanted, or "".
func (c databaseCase) wrong(p *prove.Proof) string {
	var codes []diag.Code
	for _, d := range p.Findings {
		codes = append(codes, d.Code)
	}
	for _, a := range p.Assumes {
		if !a.Declared {
			codes = append(codes, a.Code)
		}
	}
	if p.Verdict != c.verdict || (c.code == "") != (len(codes) == 0) || c.code != "" && !slices.Contains(codes, c.code) {
		return fmt.Sprintf("is %s for %v, want %s for %q", p.Verdict, codes, c.verdict, c.code)
	}
	return ""
}

func TestDatabaseStatements(t *testing.T) {
	t.Parallel()
	for _, c := range databaseCases {
		proofs, rep := proveSide(&gallery.Side{Schema: databaseSchema, SQL: c.text(), Tenancy: databaseTenancy})
		if len(proofs) != 1 {
			t.Errorf("%s: %v", c.sql, rep.Sorted())
		} else if why := c.wrong(proofs[0]); why != "" {
			t.Errorf("%s %s %s", c.annotation, c.sql, why)
		}
	}
}

const strangeSchema = `CREATE EXTENSION my_operators; CREATE TABLE docs (id bigint PRIMARY KEY); CREATE TABLE plans (id bigint PRIMARY KEY);`

// An extension that is not known may bring rows of another database through an
// operator or a cast.
var strangeCases = []databaseCase{
	{"", `SELECT id FROM docs`, prove.Confined, diag.CodeAssumeExtension},
	{"", `INSERT INTO docs SELECT id FROM plans`, prove.Confined, diag.CodeAssumeExtension},
	{"", `SELECT id FROM plans`, prove.Global, ""},
}

// Who has read it says so.
func TestDatabaseExtension(t *testing.T) {
	t.Parallel()
	for _, trusted := range []bool{false, true} {
		for _, c := range strangeCases {
			ten := config.Tenancy{Isolation: config.IsolationDatabase, Tables: databaseTenancy.Tables}
			if trusted {
				ten.Trust.Extensions, c.code = []config.Named{{Name: "my_operators"}}, ""
			}
			proofs, rep := proveSide(&gallery.Side{Schema: strangeSchema, SQL: c.text(), Tenancy: ten})
			if len(proofs) != 1 {
				t.Errorf("%s: %v", c.sql, rep.Sorted())
			} else if why := c.wrong(proofs[0]); why != "" {
				t.Errorf("trusted %t: %s %s", trusted, c.sql, why)
			}
		}
	}
}
