package oracle

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// statement is a statement as it is run.
type statement struct {
	root   *node
	sql    string
	old    []int // the grower's number of each parameter
	tenant int   // number of the tenant parameter; 0 for none

	ordered bool // its rows have one order
	writes  bool
	locks   bool
}

func newStatement(root *node) *statement {
	st := &statement{root: root}
	st.sql, st.old = renumber(root.String())
	body := root.kids[1]
	st.writes = len(root.find(func(n *node) bool { return n.op == "insert" || n.op == "update" || n.op == "delete" })) > 0
	st.locks = strings.Contains(st.sql, " FOR ")
	tail := -1
	if body.op == "select" {
		tail = partOrder
	} else if body.op == "setop" {
		tail = 2
	}
	st.ordered = tail >= 0 && body.kids[tail].op == "total"
	return st
}

// grown is the number that the grower's $1 has in the statement; 0 when it is gone.
func (st *statement) grown() int { return slices.Index(st.old, 1) + 1 }

// args are the values of the parameters; nil is NULL.
type args []*string

// outcome is what one run has done.
type outcome struct {
	failure string
	tag     string
	rows    []string // in their order
	after   []stored // of a statement that writes
	locked  string   // tables of which others' rows are locked
}

// run runs st and takes it back. tenant is whose the statement is where locks
// on others' rows are to be looked for.
func (s *side) run(ctx context.Context, st *statement, a args, locks func() (string, error)) (*outcome, error) {
	values := make([][]byte, len(a))
	for i, v := range a {
		if v != nil {
			values[i] = []byte(*v)
		}
	}
	if !st.writes && !st.locks {
		return outcomeOf(s.conn.ExecParams(ctx, st.sql, values, nil, nil, nil).Read()), ctx.Err()
	}
	if st.writes && s.resets != "" {
		if err := s.do(ctx, s.resets); err != nil {
			return nil, err
		}
	}
	b := &pgconn.Batch{}
	b.ExecParams("BEGIN", nil, nil, nil, nil)
	b.ExecParams(st.sql, values, nil, nil, nil)
	if st.writes {
		b.ExecParams("SET CONSTRAINTS ALL IMMEDIATE", nil, nil, nil, nil)
		b.ExecPrepared("dump", nil, nil, nil)
	}
	if locks == nil {
		b.ExecParams("ROLLBACK", nil, nil, nil, nil)
	}
	results, err := s.conn.ExecBatch(ctx, b).ReadAll()
	if err != nil {
		if rollback := s.do(ctx, "ROLLBACK"); rollback != nil {
			return nil, rollback
		}
		return &outcome{failure: err.Error()}, nil
	}
	out := outcomeOf(results[1])
	if st.writes {
		out.after = storedRows(results[3])
	}
	if locks != nil {
		if out.locked, err = locks(); err != nil {
			return nil, err
		}
		return out, s.do(ctx, "ROLLBACK")
	}
	return out, nil
}

func outcomeOf(res *pgconn.Result) *outcome {
	if res.Err != nil {
		return &outcome{failure: res.Err.Error()}
	}
	out := &outcome{tag: res.CommandTag.String()}
	for _, r := range res.Rows {
		var cells []string
		for _, c := range r {
			if c == nil {
				cells = append(cells, null)
			} else {
				cells = append(cells, "'"+string(c)+"'")
			}
		}
		out.rows = append(out.rows, "("+strings.Join(cells, ", ")+")")
	}
	return out
}

// compared is an outcome as far as it must not differ.
type compared struct{ rows, own string }

func (o *outcome) compared(st *statement, tenant string) compared {
	rows := o.rows
	if !st.ordered {
		rows = slices.Sorted(slices.Values(rows))
	}
	return compared{o.tag + " " + strings.Join(rows, " "), texts(o.after, func(r stored) bool { return r.owner == tenant })}
}

func texts(rows []stored, keep func(stored) bool) string {
	var out []string
	for _, r := range rows {
		if keep(r) {
			out = append(out, r.table+r.text)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// difference is what tells DB from DB|t.
type difference struct {
	kind     string // "rows", "own", "others", "locks"
	all, own string
}

func (d *difference) String() string {
	return fmt.Sprintf("%s: %s with the others, %s without", d.kind, d.all, d.own)
}

// tried is what came of one run on both databases.
type tried struct {
	diff      *difference
	completed bool // on both
	rows      int
	open      bool // SQL leaves the outcome open
}

// compare runs st for tenant on both databases. globals says whether it may
// write global relations.
func (w *world) compare(ctx context.Context, st *statement, tenant string, a args, lookLocks, globals bool) (tried, error) {
	var t tried
	var locks func() (string, error)
	if lookLocks {
		locks = func() (string, error) { return w.locked(ctx, tenant) }
	}
	all, err := w.all.run(ctx, st, a, locks)
	if err != nil || all.failure != "" {
		return t, err
	}
	others := func(r stored) bool { return r.owner != tenant && (r.owner != everybody || !globals) }
	if st.writes {
		if before, after := texts(w.all.before, others), texts(all.after, others); before != after {
			t.diff = &difference{"others", after, before}
			return t, nil
		}
	}
	if all.locked != "" {
		t.diff = &difference{"locks", all.locked, "none"}
		return t, nil
	}
	own, err := w.only[tenant].run(ctx, st, a, nil)
	if err != nil || own.failure != "" {
		return t, err
	}
	t.completed, t.rows = true, len(all.rows)
	if st.writes && len(all.rows) == 0 && !strings.HasSuffix(all.tag, " 0") {
		t.rows = 1
	}
	x, y := all.compared(st, tenant), own.compared(st, tenant)
	if x == y {
		return t, nil
	}
	if t.open, err = w.isOpen(ctx, st, tenant, a, x, y); err != nil || t.open {
		return t, err
	}
	t.diff = &difference{"rows", x.rows, y.rows}
	if x.rows == y.rows {
		t.diff = &difference{"own", x.own, y.own}
	}
	return t, nil
}

// orders are ways to run a statement: settings of the planner. Each also
// stores the rows in another order.
var orders = []string{
	"SET LOCAL enable_hashjoin = off; SET LOCAL enable_hashagg = off",
	"SET LOCAL enable_nestloop = off; SET LOCAL enable_sort = off",
	"SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off",
	"SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL join_collapse_limit = 1",
	"SET LOCAL enable_seqscan = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off",
	"SET LOCAL enable_memoize = off; SET LOCAL from_collapse_limit = 1",
}

// isOpen reports whether SQL leaves the outcome of st open: over several plans
// and orders of storage a database gives two, or both give the same.
func (w *world) isOpen(ctx context.Context, st *statement, tenant string, a args, x, y compared) (bool, error) {
	for i := range orders {
		for _, c := range []struct {
			side *side
			want compared
		}{{w.all, x}, {w.only[tenant], y}} {
			out, err := c.side.shuffled(ctx, st, a, i)
			if err != nil {
				return false, err
			}
			if out.failure == "" && out.compared(st, tenant) != c.want {
				return true, nil
			}
		}
	}
	return false, nil
}

// shuffled runs st under the i-th order.
func (s *side) shuffled(ctx context.Context, st *statement, a args, i int) (*outcome, error) {
	sql := "BEGIN; " + orders[i] + "; SET LOCAL session_replication_role = replica"
	for _, t := range s.tables {
		for _, c := range t.cols {
			if !c.made && !c.always {
				sql += fmt.Sprintf("; UPDATE %s x SET %s = %s WHERE hashtext(x::text || '%d') %% 2 = 0", t.name, c.name, c.name, i)
				break
			}
		}
	}
	if err := s.do(ctx, sql+"; SET LOCAL session_replication_role = origin; "+s.resets); err != nil {
		return nil, fmt.Errorf("shuffle: %w", err)
	}
	values := make([][]byte, len(a))
	for i, v := range a {
		if v != nil {
			values[i] = []byte(*v)
		}
	}
	b := &pgconn.Batch{}
	b.ExecParams(st.sql, values, nil, nil, nil)
	if st.writes {
		b.ExecParams("SET CONSTRAINTS ALL IMMEDIATE", nil, nil, nil, nil)
		b.ExecPrepared("dump", nil, nil, nil)
	}
	results, err := s.conn.ExecBatch(ctx, b).ReadAll()
	if rollback := s.do(ctx, "ROLLBACK"); rollback != nil {
		return nil, rollback
	}
	if err != nil {
		return &outcome{failure: err.Error()}, nil
	}
	out := outcomeOf(results[0])
	if st.writes {
		out.after = storedRows(results[2])
	}
	return out, nil
}

// locked names the tables of which a row of others is locked in DB.
func (w *world) locked(ctx context.Context, tenant string) (string, error) {
	var parts []string
	for _, t := range w.schema.tables {
		only := "ONLY "
		if t.parts != "" {
			only = ""
		}
		parts = append(parts, fmt.Sprintf("(SELECT count(*) FROM (SELECT FROM %s%s x WHERE (%s) IS DISTINCT FROM '%s' AND (%s) IS DISTINCT FROM '*' FOR UPDATE SKIP LOCKED) s)",
			only, t.name, t.ownerSQL("x"), tenant, t.ownerSQL("x")))
	}
	res := w.locks.ExecParams(ctx, "SELECT "+strings.Join(parts, ", "), nil, nil, nil, nil).Read()
	if res.Err != nil {
		return "", fmt.Errorf("look for locks: %w", res.Err)
	}
	var out []string
	for i, t := range w.schema.tables {
		total := 0
		for _, r := range w.all.before {
			if r.table == t.name && r.owner != tenant && r.owner != everybody {
				total++
			}
		}
		if string(res.Rows[0][i]) != fmt.Sprint(total) {
			out = append(out, t.name)
		}
	}
	return strings.Join(out, ", "), nil
}
