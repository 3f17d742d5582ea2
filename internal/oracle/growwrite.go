package oracle

import "strings"

// grow makes a statement that means to stay with the tenant $1.
func (g *grower) grow() *node {
	g.params = []typ{g.s.tenantType}
	g.views = nil
	g.aliases = 100
	g.views = append(g.views, g.s.views...)
	g.depth = 0
	g.global = g.in(3)
	var with *node
	for g.in(15) && !g.global && (with == nil || len(with.kids) < 3) {
		if with == nil {
			with = list("with", "WITH RECURSIVE ", ", ", " ", 0)
		}
		if g.in(35) {
			with.kids = append(with.kids, g.writeCTE())
		} else {
			with.kids = append(with.kids, g.cte(nil))
		}
	}
	if with == nil {
		with = list("with", "WITH RECURSIVE ", ", ", " ", 0)
	}
	var body *node
	switch k := g.IntN(100); {
	case k < 58 && !g.global:
		body = g.top()
	case k < 72:
		body, _ = g.insert()
	case k < 89:
		body, _ = g.update()
	default:
		body, _ = g.delete()
	}
	if body.op == "select" && len(with.kids) > 0 {
		with.kids = append(with.kids, body.kids[partWith].kids...)
		body.kids[partWith] = frag("")
	}
	return piece(fragment, "statement", "??", with, body)
}

// top is a query at the top.
func (g *grower) top() *node {
	q, _ := g.query(nil, nil)
	return q
}

// targetTable picks a table to write.
func (g *grower) targetTable() *table {
	if g.global {
		return g.s.tables[1]
	}
	for {
		t := pick(g.dice, g.s.tables...)
		if t.class != global && (t.class != root || g.in(30)) || g.in(4) {
			return t
		}
	}
}

// writeCTE makes a data-modifying entry of WITH.
func (g *grower) writeCTE() *node {
	v := &view{name: g.alias("c")}
	var body *node
	switch g.IntN(3) {
	case 0:
		body, v.cols = g.insert()
	case 1:
		body, v.cols = g.update()
	default:
		body, v.cols = g.delete()
	}
	if len(v.cols) > 0 {
		g.views = append(g.views, v)
	}
	return piece(fragment, "cte", v.name+" AS (?)", body)
}

// returning makes a RETURNING list.
func (g *grower) returning(sc *scope, percent int) (*node, []output) {
	l := list("returning", " RETURNING ", ", ", "", 0)
	var cols []output
	if g.in(percent) {
		for i := range 1 + g.IntN(2) {
			n, o := g.target(sc, pick(g.dice, sc.rels[0].cols...).typ, i)
			l.kids = append(l.kids, as(n, &o, cols))
			cols = append(cols, o)
		}
	}
	return l, cols
}

func (g *grower) insert() (*node, []output) {
	t := g.targetTable()
	r := &rel{alias: g.alias("x"), t: t, cols: t.outputs()}
	var names []string
	owner := map[string]bool{t.tenant: true}
	if t.owner != nil {
		for _, c := range t.owner.cols {
			owner[c] = true
		}
	}
	for _, c := range t.cols {
		if c.server && !owner[c.name] && g.in(60) {
			continue
		}
		if !c.made && (owner[c.name] || c.notNull || g.in(50)) {
			names = append(names, c.name)
		}
	}
	source := g.proposed(t, names, owner)
	columns := list("columns", " (", ", ", ")", 1)
	for _, n := range names {
		columns.kids = append(columns.kids, frag(n))
	}
	conflict := frag("")
	if g.in(40) {
		conflict = g.conflict(t, r)
	}
	ret, cols := g.returning(&scope{rels: []*rel{r}}, 45)
	return piece(fragment, "insert", "INSERT INTO "+t.name+" AS "+r.alias+"????", columns, source, conflict, ret), cols
}

// proposed makes the rows of an INSERT.
func (g *grower) proposed(t *table, names []string, owner map[string]bool) *node {
	if g.in(45) && t.class != derived {
		rows := list("rows", " VALUES ", ", ", "", 1)
		for range 1 + g.IntN(2) {
			rows.kids = append(rows.kids, list("tuple", "(", ", ", ")", len(names), g.values(t, nil, names, owner)...))
		}
		return rows
	}
	sc := &scope{up: &scope{}}
	items, where := g.from(sc, 1+g.IntN(2))
	if t.class == derived && len(g.tuples(sc, t.owner.to, t.owner.ref)) == 0 {
		r, it := g.tableRel(t.owner.to)
		where = append(where, g.confine(sc, r)...)
		items = append(items, it)
		sc.rels = append(sc.rels, r)
	}
	targets := g.values(t, sc, names, owner)
	parts := [10]*node{partTargets: targetList(targets), partFrom: fromList(items), partWhere: whereList(where)}
	if g.in(15) {
		parts[partDistinct] = frag("DISTINCT ")
	}
	return piece(fragment, "source", " ?", newSelect(parts))
}

// values makes what a row proposes.
func (g *grower) values(t *table, sc *scope, names []string, owner map[string]bool) []*node {
	from := sc.orEmpty()
	set := map[string]*node{}
	if t.owner != nil {
		if tuples := g.tuples(from, t.owner.to, t.owner.ref); len(tuples) > 0 {
			for i, n := range pick(g.dice, tuples...) {
				set[t.owner.cols[i]] = n
			}
		}
	} else if t.class != global {
		set[t.tenant] = g.tenantParam()
		if g.in(30) {
			set[t.tenant] = g.tenantValue(from)
		}
	}
	for _, f := range t.fks {
		if f == t.owner || !g.in(60) {
			continue
		}
		tuples := g.tuples(from, f.to, f.ref)
		if len(tuples) == 0 && g.in(60) && len(f.cols) == 1 && f.to.owned() && !g.global {
			g.keyOf(set, from, f)
			continue
		}
		if len(tuples) > 0 {
			for i, n := range pick(g.dice, tuples...) {
				if set[f.cols[i]] == nil {
					set[f.cols[i]] = n
				}
			}
		}
	}
	var out []*node
	for _, name := range names {
		c := t.column(name)
		n := set[name]
		switch {
		case n != nil:
		case !c.notNull && g.in(15):
			n = value(c.typ, "null", null)
		case sc == nil && !c.notNull && g.in(10):
			n = value(c.typ, "default", "DEFAULT")
		case g.in(30) && sc != nil:
			n = g.typed(g.scalar(from, c.typ, 1))
		case g.in(50):
			n = g.param(c.typ)
		default:
			n = g.constant(c.typ)
		}
		if sc != nil && n.op != "null" {
			n = g.typed(n)
		}
		out = append(out, n)
	}
	return out
}

// keyOf gives a foreign key of one column the key of an own row, by a subquery.
func (g *grower) keyOf(set map[string]*node, sc *scope, f *foreignKey) {
	g.depth++
	defer func() { g.depth-- }()
	r, from := g.tableRel(f.to)
	where := g.confine(sc, r)
	if g.in(50) {
		where = append(where, compare("=", r.named(f.ref[0]), g.param(f.to.column(f.ref[0]).typ)))
	}
	col := r.named(f.ref[0])
	set[f.cols[0]] = value(col.typ, "scalar", "(?)", g.simple([]*node{col}, from, where, frag(" ORDER BY 1"), frag(" LIMIT 1")))
}

// conflict makes an ON CONFLICT clause.
func (g *grower) conflict(t *table, r *rel) *node {
	target := frag("")
	var fit []*key
	for _, k := range t.keys {
		if k.usable {
			fit = append(fit, k)
		}
	}
	if len(fit) > 0 && g.in(85) {
		k := pick(g.dice, fit...)
		l := list("arbiter", " (", ", ", ")", 1)
		for _, c := range k.cols {
			l.kids = append(l.kids, frag(c))
		}
		target = l
	}
	for _, k := range t.keys {
		if k.alone && len(k.cols) == 1 && g.in(30) {
			target = list("arbiter", " (", ", ", ") WHERE n = 1", 1, frag(k.cols[0]))
		}
	}
	if len(t.keys) > 0 && strings.HasPrefix(t.keys[0].ddl, "PRIMARY KEY") && g.in(10) {
		target = frag(" ON CONSTRAINT " + t.name + "_pkey")
	}
	if target.String() == "" || g.in(45) {
		return piece(fragment, "conflict", " ON CONFLICT? DO NOTHING", target)
	}
	excluded := &rel{alias: "excluded", t: t, cols: t.outputs()}
	sc := &scope{rels: []*rel{r, excluded}}
	where := list("where", " WHERE ", " AND ", "", 0)
	if g.in(30) {
		where.kids = append(where.kids, g.condition(sc, 1))
	}
	return piece(fragment, "conflict", " ON CONFLICT? DO UPDATE SET ??", target, g.set(t, sc), where)
}

// set makes a SET list.
func (g *grower) set(t *table, sc *scope) *node {
	l := list("set", "", ", ", "", 1)
	done := map[string]bool{}
	add := func(name string, v *node) {
		if !done[name] {
			done[name] = true
			l.kids = append(l.kids, piece(fragment, "assign", name+" = ?", v))
		}
	}
	if g.in(8) && t.class == direct {
		add(t.tenant, g.tenantValue(sc))
	}
	for _, f := range t.fks {
		if !g.in(25) {
			continue
		}
		if tuples := g.tuples(sc, f.to, f.ref); len(tuples) > 0 {
			for i, n := range pick(g.dice, tuples...) {
				add(f.cols[i], n)
			}
			continue
		}
		values := map[string]*node{}
		if len(f.cols) == 1 && f.to.owned() && g.depth < 3 && !g.global {
			g.keyOf(values, sc, f)
			add(f.cols[0], values[f.cols[0]])
		}
	}
	if g.in(12) && g.depth < 3 {
		g.setRow(t, sc, l, done)
	}
	for len(l.kids) == 0 || g.in(40) {
		c := pick(g.dice, t.cols...)
		if c.made || done[c.name] || c.name == t.tenant {
			if len(l.kids) > 0 {
				break
			}
			continue
		}
		if t.owner != nil && g.in(80) {
			owned := false
			for _, o := range t.owner.cols {
				owned = owned || o == c.name
			}
			if owned {
				continue
			}
		}
		if !c.notNull && g.in(15) {
			add(c.name, value(c.typ, "null", null))
			continue
		}
		add(c.name, g.scalar(sc, c.typ, 2))
	}
	return l
}

// setRow assigns two columns from one row of a subquery.
func (g *grower) setRow(t *table, sc *scope, l *node, done map[string]bool) {
	var cols []*column
	for _, i := range g.Perm(len(t.cols)) {
		if c := t.cols[i]; !c.made && !done[c.name] && c.name != t.tenant && len(cols) < 2 {
			cols = append(cols, c)
		}
	}
	if len(cols) < 2 {
		return
	}
	q, _ := g.selectQuery(sc, []typ{cols[0].typ, cols[1].typ})
	q.kids[partOrder], q.kids[partLimit] = frag(" ORDER BY 1, 2"), frag(" LIMIT 1")
	done[cols[0].name], done[cols[1].name] = true, true
	l.kids = append(l.kids, piece(fragment, "assign", "("+cols[0].name+", "+cols[1].name+") = (?)", q))
}

func (g *grower) update() (*node, []output) {
	t := g.targetTable()
	r := &rel{alias: g.alias("x"), t: t, cols: t.outputs()}
	sc := &scope{up: &scope{}}
	var items, where []*node
	if g.in(40) {
		items, where = g.from(sc, 1+g.IntN(2))
	}
	where = append(where, g.confine(sc, r)...)
	sc.rels = append([]*rel{r}, sc.rels...)
	for g.in(40) {
		where = append(where, g.condition(sc, 2))
	}
	if g.in(25) {
		if c := g.equalled(sc.rels[:1]); c != nil {
			where = append(where, compare("=", c, g.tenantParam()))
		}
	}
	if len(items) > 0 && g.in(60) {
		if l := g.link(&scope{rels: sc.rels[1:]}, r); l != nil {
			where = append(where, l)
		}
	}
	set := g.set(t, sc)
	ret, cols := g.returning(sc, 45)
	return piece(fragment, "update", "UPDATE "+t.name+" AS "+r.alias+" SET ????", set, fromList(items), whereList(where), ret), cols
}

func (g *grower) delete() (*node, []output) {
	t := g.targetTable()
	r := &rel{alias: g.alias("x"), t: t, cols: t.outputs()}
	sc := &scope{up: &scope{}}
	var items, where []*node
	if g.in(35) {
		items, where = g.from(sc, 1+g.IntN(2))
	}
	where = append(where, g.confine(sc, r)...)
	sc.rels = append([]*rel{r}, sc.rels...)
	for g.in(40) {
		where = append(where, g.condition(sc, 2))
	}
	ret, cols := g.returning(sc, 45)
	using := fromList(items)
	using.pre = " USING "
	return piece(fragment, "delete", "DELETE FROM "+t.name+" AS "+r.alias+"???", using, whereList(where), ret), cols
}
