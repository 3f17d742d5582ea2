package prove_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/pgast"
	"github.com/tenantc/tenantc/internal/pgtest"
)

// world is one side of a case file on a server: the database of all tenants,
// and for each tenant the one in which only its rows are left.
type world struct {
	side    *gallery.Side
	all     *database
	owners  *ownership
	alone   map[string]*database
	tenants []string // that have rows
	values  []string // that stand in the arguments of the side
}

// database is one database and its connections.
type database struct {
	conn   *pgconn.PgConn
	locks  *pgconn.PgConn // asks which rows another transaction has locked
	owners *ownership
	before []row  // of every table, before any query
	known  string // texts that are not new
	resets string // puts the sequences back
}

// row is one row of a table.
type row struct {
	relation string
	owner    *string // nil: nobody; everybody for a row that is no tenant's
	text     string
}

// everybody owns the rows of global tables.
const everybody = "*"

// outcome is what one run of a query has done.
type outcome struct {
	failure string
	tag     string
	rows    []string // in their order where the query fixes it, else sorted
	after   []row
	locked  string // tables of which others' rows are locked
}

func newWorld(t *testing.T, side *gallery.Side) *world {
	w := &world{side: side, alone: map[string]*database{}}
	w.all = w.open(t)
	w.owners = w.all.owners
	seen := map[string]bool{}
	for _, r := range w.all.before {
		if r.owner != nil && *r.owner != everybody && !seen[*r.owner] {
			seen[*r.owner] = true
			w.tenants = append(w.tenants, *r.owner)
		}
	}
	slices.Sort(w.tenants)
	seen = map[string]bool{}
	for _, q := range side.Queries {
		for _, args := range q.Args {
			for _, v := range args {
				if v != nil && !seen[*v] {
					seen[*v] = true
					w.values = append(w.values, *v)
				}
			}
		}
	}
	return w
}

// open makes a database of the side and connects to it.
func (w *world) open(t *testing.T) *database {
	dsn := pgtest.DSN(t, w.side.Schema, w.side.Data)
	db := &database{conn: connect(t, dsn), locks: connect(t, dsn)}
	// Settings of a database do not follow it when it is copied.
	for line := range strings.Lines(w.side.Data) {
		if strings.Contains(line, "ALTER DATABASE") {
			db.must(t, line)
			db.conn = connect(t, dsn)
		}
	}
	db.must(t, "SET client_min_messages = error")
	if _, err := db.locks.Exec(context.Background(), "SET lock_timeout = '50ms'").ReadAll(); err != nil {
		t.Fatal(err)
	}
	db.owners = readOwnership(t, db, w.side.Ownership)
	for _, r := range db.must(t, `SELECT format('SELECT setval(%L, %s, %L)', c.oid::regclass,
			COALESCE(pg_sequence_last_value(c.oid), s.seqstart), pg_sequence_last_value(c.oid) IS NOT NULL)
		FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid`) {
		db.resets += *r[0] + ";"
	}
	db.before = db.owners.rows(t, db)
	for _, r := range db.before {
		db.known += r.text
	}
	return db
}

// only returns the database in which only tenant's rows are left. nil is
// nobody: no tenant's rows are left.
func (w *world) only(t *testing.T, tenant *string) *database {
	key := "NULL"
	if tenant != nil {
		key = "=" + *tenant
	}
	if db := w.alone[key]; db != nil {
		return db
	}
	db := w.open(t)
	db.must(t, "SET session_replication_role = replica")
	for _, sql := range db.owners.deletions() {
		db.must(t, sql, tenant)
	}
	db.must(t, "RESET session_replication_role")
	for _, r := range db.must(t, `SELECT oid::regclass FROM pg_class WHERE relkind = 'm' ORDER BY oid`) {
		db.must(t, "REFRESH MATERIALIZED VIEW "+*r[0])
	}
	if strings.Contains(w.side.Schema+w.side.SQL, "ctid") {
		// The rows lie as if others' had never been there. Only ctid shows it, and it
		// takes the server long.
		for try := 0; try == 0 || !db.compact(t); try++ {
			if try == 100 {
				t.Fatal("VACUUM FULL leaves gaps where others' rows were")
			}
			db.must(t, "VACUUM FULL "+strings.Join(db.owners.names(), ", "))
		}
	}
	db.must(t, "ANALYZE "+strings.Join(db.owners.names(), ", "))
	w.alone[key] = db
	return db
}

// compact reports whether no table has a row behind a gap. VACUUM keeps removed
// rows that another session could still see, and takes one that has just begun,
// in whatever database, for such a session.
func (db *database) compact(t *testing.T) bool {
	for _, name := range db.owners.names() {
		if len(db.must(t, "SELECT 1 FROM ONLY "+name+" HAVING count(*) < max((ctid::text::point)[1])")) > 0 {
			return false
		}
	}
	return true
}

func connect(t *testing.T, dsn string) *pgconn.PgConn {
	t.Helper()
	conn, err := pgconn.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// must runs SQL of the harness.
func (db *database) must(t *testing.T, sql string, args ...*string) [][]*string {
	t.Helper()
	res := exec(db.conn, sql, args)
	if res.Err != nil {
		t.Fatalf("%v\n%s", res.Err, sql)
	}
	return cells(res)
}

func exec(conn *pgconn.PgConn, sql string, args []*string) *pgconn.Result {
	values := make([][]byte, len(args))
	for i, v := range args {
		if v != nil {
			values[i] = []byte(*v)
		}
	}
	return conn.ExecParams(context.Background(), sql, values, nil, nil, nil).Read()
}

func cells(res *pgconn.Result) [][]*string {
	var out [][]*string
	for _, r := range res.Rows {
		line := make([]*string, len(r))
		for i, c := range r {
			if c != nil {
				text := string(c)
				line[i] = &text
			}
		}
		out = append(out, line)
	}
	return out
}

// run executes q and takes it back. With a tenant it also asks which of the
// others' rows q has locked; nil stands for a database without others.
func (db *database) run(t *testing.T, q gallery.Query, args gallery.Args, tenant *string) *outcome {
	t.Helper()
	if _, err := db.conn.Exec(context.Background(), db.resets+"BEGIN").ReadAll(); err != nil {
		t.Fatal(err)
	}
	defer db.must(t, "ROLLBACK")
	out := &outcome{}
	res := db.execute(t, q, args)
	if res.Err == nil {
		out.after, res.Err = db.afterwards(t)
	}
	if res.Err != nil {
		out.failure = res.Err.Error()
		return out
	}
	known := db.known + showArgs(args)
	out.tag = res.CommandTag.String()
	for _, r := range cells(res) {
		var words []string
		for _, c := range r {
			words = append(words, show(c))
		}
		out.rows = append(out.rows, mask("("+strings.Join(words, ", ")+")", known))
	}
	if !ordered(t, q.SQL) {
		slices.Sort(out.rows)
	}
	for i := range out.after {
		out.after[i].text = mask(out.after[i].text, known)
	}
	if tenant != nil {
		out.locked = db.lockedRows(t, *tenant)
	}
	return out
}

// afterwards reads every table after a query, once what was deferred to the
// end of the transaction has been checked.
func (db *database) afterwards(t *testing.T) ([]row, error) {
	t.Helper()
	results, err := db.conn.Exec(context.Background(), "SET CONSTRAINTS ALL IMMEDIATE;"+tablesQuery+";"+db.owners.dump).ReadAll()
	if err != nil {
		return nil, err
	}
	if *cells(results[1])[0][0] != db.owners.tables { // the query has made a table
		return readOwnership(t, db, db.owners.declared).rows(t, db), nil
	}
	if len(results) < 3 {
		return nil, nil
	}
	return rowsOf(results[2]), nil
}

// execute sends q as a driver does. Two statements under one name go as one
// text with the values in it.
func (db *database) execute(t *testing.T, q gallery.Query, args gallery.Args) *pgconn.Result {
	t.Helper()
	tree, err := pgast.Parse(q.SQL)
	if err != nil {
		t.Fatalf("%s: %v", q.Name, err)
	}
	if len(tree.Stmts) == 1 {
		return exec(db.conn, q.SQL, args)
	}
	text := parameter.ReplaceAllStringFunc(q.SQL, func(p string) string {
		var n int
		fmt.Sscanf(p, "$%d", &n)
		if args[n-1] == nil {
			return "NULL"
		}
		return "'" + strings.ReplaceAll(*args[n-1], "'", "''") + "'"
	})
	results, err := db.conn.Exec(context.Background(), text).ReadAll()
	if len(results) == 0 {
		return &pgconn.Result{Err: err}
	}
	last := results[len(results)-1]
	last.Err = err
	return last
}

var parameter = regexp.MustCompile(`\$[0-9]+`)

// ordered reports whether the query fixes the order of its rows.
func ordered(t *testing.T, sql string) bool {
	tree, err := pgast.Parse(sql)
	if err != nil {
		t.Fatal(err)
	}
	sel := tree.Stmts[0].Stmt.GetSelectStmt()
	return sel != nil && len(sel.SortClause) > 0
}

// rows reads every row of every table.
func (o *ownership) rows(t *testing.T, db *database) []row {
	t.Helper()
	if o.dump == "" {
		return nil
	}
	res := exec(db.conn, o.dump, nil)
	if res.Err != nil {
		t.Fatalf("%v\n%s", res.Err, o.dump)
	}
	return rowsOf(res)
}

func rowsOf(res *pgconn.Result) []row {
	var out []row
	for _, r := range cells(res) {
		out = append(out, row{*r[0], r[1], *r[2]})
	}
	return out
}

// lockedRows names the tables of which a row of others is locked.
func (db *database) lockedRows(t *testing.T, tenant string) string {
	if db.owners.locks == "" {
		return ""
	}
	res := exec(db.locks, db.owners.locks, []*string{&tenant})
	if res.Err != nil {
		return "a table: " + res.Err.Error()
	}
	var out []string
	for i, free := range cells(res)[0] {
		total := 0
		for _, r := range db.before {
			if r.relation == db.owners.owned[i] && (r.owner == nil || *r.owner != tenant && *r.owner != everybody) {
				total++
			}
		}
		if *free != fmt.Sprint(total) {
			out = append(out, db.owners.owned[i])
		}
	}
	return strings.Join(out, ", ")
}

// mask hides ids and times that the server made up, which differ from run to run.
func mask(text, known string) string {
	return invented.ReplaceAllStringFunc(text, func(m string) string {
		if strings.Contains(known, m) {
			return m
		}
		return "…"
	})
}

var invented = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?)?`)
