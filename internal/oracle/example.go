package oracle

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/internal/query"
)

// Question asks what a refused statement shows to the wrong tenant.
type Question struct {
	Schema  []config.File
	Catalog *catalog.Catalog
	Stmt    *query.Stmt
	// Database is the URL of a server on which databases may be made, by a role
	// that is a superuser; "" means one that is started for the purpose.
	Database string
	Time     time.Duration // after which to give up; it bounds the hunt, not the start of a server
}

// Example is a counterexample: rows of two tenants under which the statement,
// run by one of them, depends on the other's rows or changes them.
type Example struct {
	Kind   string   // "rows", "own", "others" or "locks", as of a Finding
	Tenant string   // who runs the statement
	Args   []string // of $1, $2, …, as literals
	Param  int      // the parameter taken for the tenant; 0 for none
	Rows   []string // INSERTs
	All    []string // what it returned, or the rows afterwards, or the tables locked
	Own    []string // the same without the other tenant's rows; for others: before
}

// ErrNoServer is returned by Find where there is no PostgreSQL to try it on.
var ErrNoServer = errors.New("no PostgreSQL to try the statement on")

// Find looks for an example. It returns nil, and how many runs it made, when it
// meets none in time; that proves nothing.
func Find(ctx context.Context, q Question) (*Example, int, error) {
	server, err := pgtest.Start(ctx, pgtest.Config{DSN: q.Database})
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrNoServer, err)
	}
	defer server.Close()
	end := time.Now().Add(q.Time)
	var sql []string
	for _, f := range q.Schema {
		sql = append(sql, catalog.Applied(f.Name, f.Text))
	}
	s, err := givenSchema(q.Catalog, strings.ReplaceAll(strings.Join(sql, "\n;\n"), "CONCURRENTLY", ""), q.Stmt)
	if err != nil {
		return nil, 0, err
	}
	d := dice{rand.New(rand.NewPCG(1, 1))}
	w := &world{schema: s, tenants: s.tenants(2), server: server}
	defer func() { w.close(ctx) }()
	var refused error
	insert := func(side *side) error {
		w.rows = fill(d, s, w.tenants, func(sql string) bool {
			err := side.do(ctx, sql)
			if err != nil {
				refused = err
			}
			return err == nil
		})
		for _, r := range q.Stmt.RTEs {
			for _, t := range s.tables {
				if r.Relation != nil && t.name == nameOf(r.Relation) && !slices.ContainsFunc(w.rows, func(r *row) bool { return r.table == t.name }) {
					return fmt.Errorf("no rows of %s can be made up: %w", r.Relation.Name, refused)
				}
			}
		}
		return nil
	}
	if err := w.open(ctx, insert); err != nil {
		return nil, 0, fmt.Errorf("make the database: %w", err)
	}
	e := &examiner{q: q, w: w, dice: d, end: end}
	for ctx.Err() == nil && time.Now().Before(end) {
		found, err := e.try(ctx)
		if err != nil || found != nil {
			return found, e.runs, err
		}
		if err := w.refill(ctx, nil, insert); err != nil {
			return nil, e.runs, err
		}
	}
	return nil, e.runs, ctx.Err()
}

// examiner tries one statement on one world.
type examiner struct {
	dice
	q    Question
	w    *world
	end  time.Time
	runs int
}

// trials are the runs on one filling of the world, a candidate and tenant.
const trials = 24

// try runs the statement, with each parameter that may be the tenant in turn.
func (e *examiner) try(ctx context.Context) (*Example, error) {
	for _, param := range e.candidates() {
		st := &statement{sql: e.q.Stmt.SQL, tenant: param}
		st.writes = slices.ContainsFunc(e.q.Stmt.RTEs, func(r *query.RTE) bool { return r.Write })
		st.locks = strings.Contains(strings.ToUpper(st.sql), " FOR ")
		for _, tenant := range e.w.tenants {
			for range trials {
				if time.Now().After(e.end) {
					return nil, nil
				}
				a := make(args, len(e.q.Stmt.Params))
				for i, p := range e.q.Stmt.Params {
					if a[i] = &tenant; i+1 != param {
						a[i] = e.argument(p.Type)
					}
				}
				e.runs++
				t, err := e.w.compare(ctx, st, tenant, a, st.locks || st.writes, false)
				if err != nil {
					return nil, err
				}
				if t.diff != nil {
					return e.show(ctx, st, tenant, a, t.diff.kind)
				}
			}
		}
	}
	return nil, nil
}

// argument is a value of a parameter: mostly one that stands in some row.
func (e *examiner) argument(t catalog.Type) *string {
	base := e.w.cat.Base(t)
	like := family(base)
	pool := literals(e.w.cat, base)
	for _, r := range e.w.rows {
		for _, c := range e.w.schema.table(r.table).cols {
			if v, ok := r.values[c.name]; ok && v != null && like != noType && c.typ == like {
				pool = append(pool, v)
			}
		}
	}
	if len(pool) == 0 || e.in(20) {
		return argument(e.dice, e.w.cat, t)
	}
	v := pick(e.dice, pool...)
	if text, ok := strings.CutPrefix(v, "'"); ok {
		v = strings.ReplaceAll(strings.TrimSuffix(text, "'"), "''", "'")
	}
	return &v
}

// candidates are the parameters that may be the tenant: those declared, else
// one that is called like a tenant column, else none. Without a parameter to
// carry it, whoever runs the statement is the tenant.
func (e *examiner) candidates() []int {
	if p := e.q.Stmt.Annotation.Params; len(p) > 0 {
		return p
	}
	for _, p := range e.q.Stmt.Params {
		for _, t := range e.w.schema.tables {
			if p.Name != "" && quote(p.Name) == t.tenant && t.class == direct {
				return []int{p.Number}
			}
		}
	}
	out := []int{}
	for _, p := range e.q.Stmt.Params {
		if family(e.w.cat.Base(p.Type)) == e.w.schema.tenantType {
			out = append(out, p.Number)
		}
	}
	return append(out, 0)
}

// show takes rows away as long as the difference stays, and writes down what is left.
func (e *examiner) show(ctx context.Context, st *statement, tenant string, a args, kind string) (*Example, error) {
	w := e.w
	same := func() bool {
		t, err := w.compare(ctx, st, tenant, a, kind == "locks", false)
		return err == nil && t.diff != nil && t.diff.kind == kind
	}
	for again := true; again; {
		again = false
		for i := len(w.rows) - 1; i >= 0 && time.Now().Before(e.end); i-- {
			before := w.rows
			if w.refill(ctx, slices.Delete(slices.Clone(before), i, i+1), nil) == nil && same() {
				again = true
				continue
			}
			if err := w.refill(ctx, before, nil); err != nil {
				return nil, err
			}
		}
	}
	out := &Example{Kind: kind, Tenant: tenant, Param: st.tenant}
	for _, v := range a {
		if v == nil {
			out.Args = append(out.Args, null)
		} else {
			out.Args = append(out.Args, "'"+strings.ReplaceAll(*v, "'", "''")+"'")
		}
	}
	for _, r := range w.rows {
		out.Rows = append(out.Rows, r.insert(w.schema.table(r.table)))
	}
	var locks func() (string, error)
	if kind == "locks" {
		locks = func() (string, error) { return w.locked(ctx, tenant) }
	}
	all, err := w.all.run(ctx, st, a, locks)
	if err != nil {
		return nil, err
	}
	own, err := w.only[tenant].run(ctx, st, a, nil)
	if err != nil {
		return nil, err
	}
	mine := func(r stored) bool { return r.owner == tenant }
	others := func(r stored) bool { return r.owner != tenant }
	switch kind {
	case "rows":
		out.All, out.Own = append(all.rows, tagOf(all, own)...), append(own.rows, tagOf(own, all)...)
	case "own":
		out.All, out.Own = apart(lines(all.after, mine), lines(own.after, mine))
	case "others":
		out.All, out.Own = apart(lines(all.after, others), lines(w.all.before, others))
	case "locks":
		out.All = strings.Split(all.locked, ", ")
	}
	return out, nil
}

// tagOf is the command tag of an outcome where it is all that differs from another.
func tagOf(o, other *outcome) []string {
	if len(o.rows) > 0 || len(other.rows) > 0 {
		return nil
	}
	return []string{o.tag}
}

func lines(rows []stored, keep func(stored) bool) []string {
	var out []string
	for _, r := range rows {
		if keep(r) {
			out = append(out, r.table+" "+r.text)
		}
	}
	slices.Sort(out)
	return out
}

// apart leaves out what two lists of rows have in common.
func apart(a, b []string) (onlyA, onlyB []string) {
	for _, l := range a {
		if i := slices.Index(b, l); i >= 0 {
			b = slices.Delete(slices.Clone(b), i, i+1)
		} else {
			onlyA = append(onlyA, l)
		}
	}
	return onlyA, b
}

// refill puts other rows into the databases of a world: those given, or what
// insert puts into DB.
func (w *world) refill(ctx context.Context, rows []*row, insert func(*side) error) error {
	var tables []string
	for _, t := range w.schema.tables {
		tables = append(tables, t.name)
	}
	empty := "TRUNCATE " + strings.Join(tables, ", ") + " CASCADE;" + w.schema.triggers("DISABLE")
	if err := w.all.do(ctx, empty); err != nil {
		return err
	}
	if insert != nil {
		if err := insert(w.all); err != nil {
			return err
		}
	} else {
		var sql []string
		for _, r := range rows {
			sql = append(sql, r.insert(w.schema.table(r.table)))
		}
		if err := w.all.do(ctx, strings.Join(sql, ";")); err != nil {
			return err
		}
		w.rows = rows
	}
	if err := w.all.do(ctx, w.schema.triggers("ENABLE")); err != nil {
		return err
	}
	for _, t := range w.tenants {
		if err := w.only[t].do(ctx, empty+w.own(t)+";"+w.schema.triggers("ENABLE")); err != nil {
			return err
		}
	}
	for _, s := range w.sides() {
		res := s.conn.ExecPrepared(ctx, "dump", nil, nil, nil).Read()
		if res.Err != nil {
			return res.Err
		}
		s.before = storedRows(res)
	}
	return nil
}
