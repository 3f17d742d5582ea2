package oracle

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/pgtest"
)

// world is a schema with rows on a server: DB, and DB|t for each tenant, each
// in a schema of its own of one database.
type world struct {
	schema  *schema
	sql     string
	rows    []*row
	tenants []string
	cat     *catalog.Catalog

	server *pgtest.Server
	dsn    string
	// databases are all that were made for the world.
	databases []string
	all       *side
	only      map[string]*side
	locks     *pgconn.PgConn // asks which rows of DB another transaction has locked
}

// side is DB or DB|t.
type side struct {
	conn   *pgconn.PgConn
	before []stored
	tables []*table
	resets string // puts identity columns back to where they begin; "" where there are none
}

// stored is a row as it lies in a database.
type stored struct{ table, owner, text string } // owner "" is nobody

// catalogOf reads a schema as the compiler does. An error in it stops a run of
// the compiler, so no statement is accepted under it.
func catalogOf(sql string) (*catalog.Catalog, *diag.List) {
	rep := &diag.List{}
	tenancy, err := gallery.Declared(sql)
	if err != nil {
		rep.Add(diag.Diagnostic{Severity: diag.Error, Message: err.Error()})
		return nil, rep
	}
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: sql}}, Tenancy: tenancy}, rep)
	return cat, rep
}

// newWorld makes a random world. A schema in which the compiler finds an error
// is thrown away, and so is one that PostgreSQL does not take.
func newWorld(ctx context.Context, server *pgtest.Server, d dice, counts *Counts) (*world, error) {
	for range 100 {
		s := newSchema(d)
		g := &grower{dice: d, s: s}
		g.addViews()
		if cat, rep := catalogOf(s.sql()); cat == nil || rep.HasErrors() {
			counts.refusedSchema(rep)
			continue
		}
		w := &world{schema: s, tenants: s.tenants(2 + d.IntN(2)), server: server}
		err := w.open(ctx, func(side *side) error {
			w.rows = fill(d, s, w.tenants, func(sql string) bool { return side.do(ctx, sql) == nil })
			return nil
		})
		if err == nil {
			counts.Worlds++
			return w, nil
		}
		w.close(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		counts.Schemas["PostgreSQL"]++
	}
	return nil, fmt.Errorf("a hundred random schemas in a row are no good")
}

// rebuild makes a world of given rows. It fails when they break a constraint.
func rebuild(ctx context.Context, server *pgtest.Server, s *schema, rows []*row, tenants []string) (*world, error) {
	w := &world{schema: s, tenants: tenants, server: server, rows: rows}
	if cat, rep := catalogOf(s.sql()); cat == nil || rep.HasErrors() {
		return nil, fmt.Errorf("the schema has errors")
	}
	err := w.open(ctx, func(side *side) error {
		var sql []string
		for _, r := range rows {
			if t := s.table(r.table); t != nil {
				sql = append(sql, r.insert(t))
			}
		}
		return side.do(ctx, strings.Join(sql, ";"))
	})
	if err != nil {
		w.close(ctx)
		return nil, err
	}
	return w, nil
}

// open makes the databases; fill puts rows into DB.
func (w *world) open(ctx context.Context, fill func(*side) error) error {
	w.sql = w.schema.sql()
	if w.schema.given != nil {
		w.cat = w.schema.given.cat
	} else {
		w.cat, _ = catalogOf(w.sql)
	}
	var err error
	if w.dsn, err = w.database(ctx); err != nil {
		return err
	}
	if w.all, err = w.open1(ctx, "db"); err != nil {
		return err
	}
	if err := w.all.do(ctx, w.schema.triggers("DISABLE")); err != nil {
		return err
	}
	if err := fill(w.all); err != nil {
		return err
	}
	if err := w.all.do(ctx, w.schema.triggers("ENABLE")); err != nil {
		return err
	}
	w.only = map[string]*side{}
	for i, t := range w.tenants {
		side, err := w.open1(ctx, fmt.Sprintf("only%d", i))
		if err != nil {
			return err
		}
		w.only[t] = side
		if err := side.do(ctx, w.own(t)); err != nil {
			return err
		}
	}
	if w.locks, err = pgconn.Connect(ctx, w.dsn); err != nil {
		return err
	}
	if _, err := w.locks.Exec(ctx, w.path("db")+"SET lock_timeout = '100ms'").ReadAll(); err != nil {
		return err
	}
	for _, side := range w.sides() {
		if err := side.prepare(ctx); err != nil {
			return err
		}
	}
	return nil
}

// own is the SQL that puts a tenant's rows, and everybody's, into its database.
// Foreign keys may dangle there.
func (w *world) own(tenant string) string {
	sql := []string{"SET session_replication_role = replica"}
	for _, r := range w.rows {
		if t := w.schema.table(r.table); t != nil && (r.owner == tenant || r.owner == everybody) {
			sql = append(sql, r.insert(t))
		}
	}
	return strings.Join(append(sql, "RESET session_replication_role"), ";")
}

func (w *world) sides() []*side {
	out := []*side{w.all}
	for _, t := range w.tenants {
		out = append(out, w.only[t])
	}
	return out
}

// maxTime bounds one statement: a recursion may have no end.
const maxTime = "500ms"

// open1 makes a side: a schema of the world's database, or, since the names of a
// given schema may be qualified, a database.
func (w *world) open1(ctx context.Context, name string) (*side, error) {
	dsn := w.dsn
	if w.schema.given != nil && name != "db" {
		var err error
		if dsn, err = w.database(ctx); err != nil {
			return nil, err
		}
	}
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	s := &side{conn: conn, tables: w.schema.tables}
	for _, t := range w.schema.tables {
		for _, c := range t.cols {
			if c.server && t.parent == nil {
				s.resets += fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', '%s'), %d, false)", t.name, c.name, firstIdentity) + ";"
			}
		}
	}
	sql := "SET client_min_messages = error; SET jit = off; SET statement_timeout = '" + maxTime + "';"
	if w.schema.given == nil {
		sql += "CREATE SCHEMA " + name + ";" + w.path(name) + w.sql
	}
	return s, s.do(ctx, sql)
}

// path puts the tables of a side in sight. Those of a given schema are.
func (w *world) path(name string) string {
	if w.schema.given != nil {
		return ""
	}
	return "SET search_path = " + name + ";\n"
}

// database makes a database of the world. A given schema is in it from the start.
func (w *world) database(ctx context.Context) (string, error) {
	var text []string
	if w.schema.given != nil {
		text = append(text, w.sql)
	}
	dsn, err := w.server.CreateDatabase(ctx, text...)
	if err == nil {
		w.databases = append(w.databases, dsn)
	}
	return dsn, err
}

func (s *side) do(ctx context.Context, sql string) error {
	_, err := s.conn.Exec(ctx, sql).ReadAll()
	return err
}

// prepare readies the statement that reads every table, and runs it once.
func (s *side) prepare(ctx context.Context) error {
	var parts []string
	for _, t := range s.tables {
		only := "ONLY "
		if t.parts != "" {
			only = ""
		}
		parts = append(parts, fmt.Sprintf("SELECT '%s', (%s)::text, (x.*)::text FROM %s%s x", t.name, t.ownerSQL("x"), only, t.name))
	}
	if _, err := s.conn.Prepare(ctx, "dump", strings.Join(parts, " UNION ALL "), nil); err != nil {
		return err
	}
	res := s.conn.ExecPrepared(ctx, "dump", nil, nil, nil).Read()
	s.before = storedRows(res)
	return res.Err
}

func storedRows(res *pgconn.Result) []stored {
	out := make([]stored, 0, len(res.Rows))
	for _, r := range res.Rows {
		out = append(out, stored{string(r[0]), string(r[1]), string(r[2])})
	}
	return out
}

// close ends the connections and drops the database.
func (w *world) close(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	if w.all != nil {
		w.all.conn.Close(ctx)
	}
	for _, s := range w.only {
		s.conn.Close(ctx)
	}
	if w.locks != nil {
		w.locks.Close(ctx)
	}
	for _, dsn := range w.databases {
		w.server.DropDatabase(ctx, dsn)
	}
}
