package oracle

import (
	"context"
	"slices"

	"github.com/tenantc/tenantc/internal/pgtest"
)

// shrinker makes a finding small: it takes things away while the statement is
// still accepted and still tells the databases apart in the same way.
type shrinker struct {
	ctx    context.Context
	server *pgtest.Server
	judge  Judge
	f      *Finding
	mine   bool // f.world was made here
}

func (s *shrinker) shrink() {
	for range 4 {
		smaller := s.statement()
		if s.f.Kind == "panic" {
			if !smaller {
				return
			}
			continue
		}
		if s.data() {
			smaller = true
		}
		if s.schema() {
			smaller = true
		}
		if !smaller {
			return
		}
	}
}

// holds reports whether root is still a finding, with the same arguments, on w.
func (s *shrinker) holds(w *world, root *node) *Finding {
	st := newStatement(root)
	v, parsed, panicked := ask(s.judge, w.cat, st.sql, st.grown())
	f := *s.f
	f.world, f.st, f.globals = w, st, v.Global
	if s.f.Kind == "panic" {
		if panicked == "" {
			return nil
		}
		f.Diff = panicked
		return &f
	}
	if !v.Accepted || v.Word {
		return nil
	}
	st.tenant = v.Tenant
	f.args = make(args, len(parsed.Params))
	for i := range f.args {
		if at := slices.Index(s.f.st.old, st.old[i]); at >= 0 {
			f.args[i] = s.f.args[at]
		}
		if i+1 == st.tenant {
			f.args[i] = &f.tenant
		}
	}
	t, err := w.compare(s.ctx, st, f.tenant, f.args, s.f.Kind == "locks", v.Global)
	if err != nil || t.diff == nil || t.diff.kind != f.Kind {
		return nil
	}
	f.Diff = t.diff.String()
	return &f
}

// take makes a smaller finding the finding.
func (s *shrinker) take(f *Finding) {
	if s.mine && s.f.world != f.world {
		s.f.world.close(s.ctx)
	}
	s.mine = s.mine || f.world != s.f.world
	*s.f = *f
}

// statement takes parts out of the statement.
func (s *shrinker) statement() bool {
	any := false
	for again := true; again; {
		again = false
		for i := range len(s.f.st.root.find(everyNode)) {
			for move := 0; ; move++ {
				root := s.f.st.root.clone()
				all := root.find(everyNode)
				if i >= len(all) {
					break
				}
				size := len(s.f.st.sql)
				ok, more := all[i].smaller(move)
				if !more {
					break
				}
				if !ok || len(root.String()) >= size {
					continue
				}
				if f := s.holds(s.f.world, root); f != nil {
					s.take(f)
					any, again = true, true
					move--
				}
			}
		}
	}
	return any
}

func everyNode(*node) bool { return true }

// smaller makes the move-th smaller form of n in its place. more is false past
// the last one.
func (n *node) smaller(move int) (ok, more bool) {
	if n.isList {
		if move >= len(n.kids) {
			return false, false
		}
		return n.drop(move), true
	}
	var forms []*node
	switch {
	case n.op == "from" || n.sort == fragment && len(n.kids) == 0 && len(n.text) == 1 && n.text[0] != "":
		forms = append(forms, frag(""))
	case n.sort == boolean:
		forms = append(forms, piece(boolean, "true", "true"))
	case n.sort == scalar && n.op != "const":
		forms = append(forms, value(n.typ, "const", literal(n.typ, domain(max(n.typ, integer))[0])+suffix(n.typ)))
	}
	if n.op == "conflict" || n.op == "distincton" || n.op == "filter" {
		forms = append(forms, frag(""))
	}
	for _, k := range n.kids {
		for _, below := range k.find(everyNode) {
			if below.sort == n.sort && n.sort != fragment && (n.sort != scalar || below.typ == n.typ) && len(forms) < 12 {
				forms = append(forms, below.clone())
			}
		}
	}
	if move >= len(forms) {
		return false, false
	}
	n.become(forms[move])
	return true, true
}

// rebuilt is a finding on a world made anew.
func (s *shrinker) rebuilt(schema *schema, rows []*row) bool {
	w, err := rebuild(s.ctx, s.server, schema, rows, s.f.world.tenants)
	if err != nil {
		return false
	}
	if f := s.holds(w, s.f.st.root); f != nil {
		s.take(f)
		return true
	}
	w.close(s.ctx)
	return false
}

// data takes rows out, many at a time first.
func (s *shrinker) data() bool {
	any := false
	for size := (len(s.f.world.rows) + 1) / 2; size >= 1; size /= 2 {
		for at := 0; at < len(s.f.world.rows); {
			rows := slices.Clone(s.f.world.rows)
			rows = slices.Delete(rows, at, min(at+size, len(rows)))
			if s.rebuilt(s.f.world.schema, rows) {
				any = true
			} else {
				at += size
			}
		}
	}
	return any
}

// schema takes views, tables, keys, foreign keys and columns out.
func (s *shrinker) schema() bool {
	any := false
	try := func(change func(*schema) bool) bool {
		c := s.f.world.schema.clone()
		if change(c) && s.rebuilt(c, s.f.world.rows) {
			any = true
			return true
		}
		return false
	}
	for i := 0; i < len(s.f.world.schema.views); {
		if !try(func(c *schema) bool { c.views = slices.Delete(c.views, i, i+1); return true }) {
			i++
		}
	}
	for i := len(s.f.world.schema.tables) - 1; i >= 0; i-- {
		try(func(c *schema) bool { return c.dropTable(i) })
	}
	for _, t := range s.f.world.schema.tables {
		for j := len(t.keys) - 1; j >= 0; j-- {
			try(func(c *schema) bool { u := c.table(t.name); u.keys = slices.Delete(u.keys, j, j+1); return true })
		}
		for j := len(t.fks) - 1; j >= 0; j-- {
			try(func(c *schema) bool {
				u := c.table(t.name)
				if u.fks[j] == u.owner {
					return false
				}
				u.fks = slices.Delete(u.fks, j, j+1)
				return true
			})
		}
		try(func(c *schema) bool { u := c.table(t.name); had := u.trigger != ""; u.trigger = ""; return had })
		for j := len(t.cols) - 1; j >= 0; j-- {
			try(func(c *schema) bool { u := c.table(t.name); u.cols = slices.Delete(u.cols, j, j+1); return true })
		}
	}
	for i := len(s.f.world.schema.before) - 1; i >= 0; i-- {
		try(func(c *schema) bool { c.before = slices.Delete(c.before, i, i+1); return true })
	}
	return any
}
