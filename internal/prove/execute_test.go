package prove_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/gallery"
)

// TestExecute runs every query of the case files on a real PostgreSQL, on the
// database of all tenants and on the one that holds the caller's rows only. A
// leak is one: for some arguments the two differ in rows, command tag or error,
// in the caller's rows afterwards, in a row of others, or in a lock on one. A
// tight query differs in nothing.
func TestExecute(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"testdata/leaks/*.txtar", "testdata/*.txtar"} {
		files, err := gallery.Load(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				leaks := newWorld(t, &f.Leak)
				for _, q := range f.Leak.Queries {
					if !leaks.leaks(t, q) {
						t.Errorf("%s does not leak: both databases agree for all its arguments\n%s", q.Name, q.SQL)
					}
				}
				tight := leaks
				if f.Tight.Schema != f.Leak.Schema || f.Tight.Data != f.Leak.Data {
					tight = newWorld(t, &f.Tight)
				}
				for _, q := range f.Tight.Queries {
					tight.isTight(t, q)
				}
			})
		}
	}
}

// leaks reports whether q shows something of others for one of its arguments.
func (w *world) leaks(t *testing.T, q gallery.Query) bool {
	for _, args := range q.Args {
		for _, tenant := range w.callers(q, args) {
			if d := w.differences(t, q, tenant, args, false); len(d) > 0 {
				return true
			}
		}
	}
	return false
}

// isTight reports every difference that q makes. Besides its own arguments it
// is run for every tenant, and with values that stand elsewhere in the file in
// the place of its other parameters. A query that always fails would differ in
// nothing, so it has to complete once.
func (w *world) isTight(t *testing.T, q gallery.Query) {
	if !slices.ContainsFunc(q.Args, func(args gallery.Args) bool { return w.all.run(t, q, args, nil).failure == "" }) {
		t.Errorf("%s fails with all its arguments\n%s", q.Name, q.SQL)
	}
	for i, args := range w.variants(q) {
		given := i < len(q.Args)
		for _, tenant := range w.callers(q, args) {
			for _, d := range w.differences(t, q, tenant, args, !given) {
				t.Errorf("%s is not tight: tenant %s, %s: %s\n%s", q.Name, show(tenant), showArgs(args), d, q.SQL)
			}
		}
	}
}

// callers returns the tenants as whom q runs: the value of its tenant
// parameter, or, where it has none, each tenant that has rows.
func (w *world) callers(q gallery.Query, args gallery.Args) []*string {
	if q.Tenant > 0 {
		return []*string{args[q.Tenant-1]}
	}
	var out []*string
	for _, t := range w.tenants {
		out = append(out, &t)
	}
	return out
}

// maxVariants bounds the runs of one tight query.
const maxVariants = 10

// variants returns q's arguments and others that differ from them in one value.
func (w *world) variants(q gallery.Query) []gallery.Args {
	out := slices.Clone(q.Args)
	add := func(i int, v string) {
		for _, args := range q.Args {
			if len(out) >= len(q.Args)+maxVariants || i >= len(args) {
				return
			}
			next := slices.Clone(args)
			next[i] = &v
			if !slices.ContainsFunc(out, func(have gallery.Args) bool { return showArgs(have) == showArgs(next) }) {
				out = append(out, next)
			}
		}
	}
	if q.Tenant > 0 {
		for _, t := range w.tenants {
			add(q.Tenant-1, t)
		}
	}
	for _, v := range w.values {
		for i := range q.Args[0] {
			if i != q.Tenant-1 {
				add(i, v)
			}
		}
	}
	return out
}

// differences runs q as tenant on both databases and says in what they differ.
// completed asks for what holds of statements that complete on both only: a
// duplicate key that fails across tenants is told of the schema.
func (w *world) differences(t *testing.T, q gallery.Query, tenant *string, args gallery.Args, completed bool) []string {
	all := w.all.run(t, q, args, tenant)
	if completed && all.failure != "" {
		return nil
	}
	own := w.only(t, tenant).run(t, q, args, nil)
	if completed && own.failure != "" {
		return nil
	}
	var out []string
	differ := func(what string, a, b any) {
		if a, b := fmt.Sprint(a), fmt.Sprint(b); a != b {
			out = append(out, fmt.Sprintf("%s: %s with the others' rows, %s without", what, a, b))
		}
	}
	differ("error", all.failure, own.failure)
	differ("command tag", all.tag, own.tag)
	differ("rows", shown(all.rows), shown(own.rows))
	if all.failure != "" {
		return out
	}
	mine := func(r row) bool { return r.owner != nil && tenant != nil && *r.owner == *tenant }
	if own.failure == "" {
		differ("the caller's rows afterwards", texts(all.after, mine), texts(own.after, mine))
	}
	others := func(r row) bool { return !mine(r) }
	if before, after := texts(w.all.before, others), texts(all.after, others); before != after {
		out = append(out, fmt.Sprintf("others' rows: %s before, %s after", before, after))
	}
	if all.locked != "" {
		out = append(out, "locks on others' rows of "+all.locked)
	}
	return out
}

// texts writes the rows that keep says, sorted.
func texts(rows []row, keep func(row) bool) string {
	var out []string
	for _, r := range rows {
		if keep(r) {
			out = append(out, r.relation+r.text)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func shown(rows []string) string { return strings.Join(rows, " ") }

func show(v *string) string {
	if v == nil {
		return "NULL"
	}
	return *v
}

func showArgs(args gallery.Args) string {
	var out []string
	for i, v := range args {
		text := "NULL"
		if v != nil {
			text = "'" + *v + "'"
		}
		out = append(out, fmt.Sprintf("$%d=%s", i+1, text))
	}
	return strings.Join(out, ", ")
}
