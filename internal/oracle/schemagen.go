package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// dice are the random choices of one world.
type dice struct{ *rand.Rand }

// in reports true in so many of a hundred cases.
func (d dice) in(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// declarations of a type's columns. Those of one family may be compared.
func (d dice) decl(t typ) string {
	switch t {
	case integer:
		return pick(d, "int", "int", "int", "bigint", "smallint", "posint")
	case text:
		return pick(d, "text", "text", "varchar", "varchar(20)", "word")
	}
	return "uuid"
}

// newSchema makes a random schema.
func newSchema(d dice) *schema {
	s := &schema{
		tenantType: pick(d, integer, integer, integer, text, identifier),
		before: []string{
			"CREATE DOMAIN posint AS int CHECK (VALUE >= 0)", "CREATE DOMAIN word AS text",
			"CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
			"CREATE DOMAIN foldedword AS text COLLATE folded",
		},
	}
	tenantDecl := d.tenantDecl(s.tenantType)
	rootTable := &table{name: "tenants", class: root, tenant: "id", cols: []*column{
		{name: "id", typ: s.tenantType, decl: tenantDecl, notNull: true},
		{name: "code", typ: integer, decl: d.decl(integer)},
		{name: "v", typ: text, decl: "text"},
	}}
	rootTable.unique(true, "id")
	if d.in(40) {
		rootTable.unique(false, "code")
	}
	s.tables = append(s.tables, rootTable)
	plans := &table{name: "plans", class: global, cols: []*column{
		{name: "id", typ: integer, decl: d.decl(integer), notNull: true},
		{name: "owner", typ: s.tenantType, decl: d.tenantDecl(s.tenantType)},
		{name: "n", typ: integer, decl: d.decl(integer)},
		{name: "v", typ: text, decl: d.decl(text)},
	}}
	if d.in(70) {
		plans.unique(true, "id")
	}
	if d.in(25) {
		s.refer(d, plans, []string{"owner"}, rootTable, []string{"id"})
	}
	s.tables = append(s.tables, plans)
	for i := range 2 + d.IntN(3) {
		s.addOwned(d, string(rune('d'+i)), tenantDecl)
	}
	for i := range d.IntN(3) {
		s.addDerived(d, string(rune('l'+i)))
	}
	for _, t := range s.tables[1:] {
		s.addRelatives(d, t)
		s.addTrigger(d, t)
	}
	return s
}

func (d dice) tenantDecl(t typ) string {
	if t == integer {
		return pick(d, "int", "bigint", "smallint")
	}
	if t == text {
		return "text"
	}
	return "uuid"
}

// unique adds a usable key.
func (t *table) unique(primary bool, cols ...string) {
	word := "UNIQUE"
	if primary {
		word = "PRIMARY KEY"
		for _, c := range cols {
			t.column(c).notNull = true
		}
	}
	t.keys = append(t.keys, &key{cols: cols, usable: true, ddl: fmt.Sprintf("%s (%s)", word, strings.Join(cols, ", "))})
}

// addOwned adds a table with a tenant column.
func (s *schema) addOwned(d dice, name, tenantDecl string) {
	if s.tenantType == integer && d.in(20) {
		tenantDecl = d.tenantDecl(integer)
	}
	codeType := pick(d, integer, integer, text)
	t := &table{name: name, class: direct, tenant: "tenant_id", cols: []*column{
		{name: "tenant_id", typ: s.tenantType, decl: tenantDecl, notNull: true},
		{name: "id", typ: integer, decl: d.decl(integer), notNull: d.in(80)},
		{name: "ref", typ: integer, decl: d.decl(integer), notNull: d.in(20)},
		{name: "code", typ: codeType, decl: d.decl(codeType), notNull: d.in(30)},
		{name: "n", typ: integer, decl: d.decl(integer)},
		{name: "v", typ: text, decl: d.decl(text)},
	}}
	if d.in(15) {
		t.nobody, t.shared = true, d.in(35)
		t.cols[0].notNull = false
	}
	s.spice(d, t)
	s.addKeys(d, t)
	if d.in(40) {
		s.refer(d, t, []string{"tenant_id"}, s.tables[0], []string{"id"})
	}
	s.addReferences(d, t)
	if len(t.keys) > 0 && d.in(12) && !t.nobody {
		s.partition(d, t)
	}
	if d.in(40) {
		d.Shuffle(len(t.cols), func(i, j int) { t.cols[i], t.cols[j] = t.cols[j], t.cols[i] })
	}
	s.tables = append(s.tables, t)
}

// spice changes some columns: a folding collation, a generated column, defaults.
func (s *schema) spice(d dice, t *table) {
	for _, c := range t.cols {
		switch {
		case c.typ == text && c.name != t.tenant && d.in(12):
			c.decl = pick(d, "text COLLATE folded", "foldedword")
		case c.name == "n" && d.in(20):
			c.extra = "DEFAULT 1"
		}
	}
	if d.in(15) {
		t.cols = append(t.cols, &column{name: "g", typ: integer, decl: "int", extra: "GENERATED ALWAYS AS (n + 1) STORED", made: true})
	}
}

// addKeys gives t some keys of many shapes.
func (s *schema) addKeys(d dice, t *table) {
	ten := t.tenant
	primary := !t.nobody
	switch d.IntN(9) {
	case 0:
		t.unique(true, "id")
	case 1:
		t.unique(primary, ten, "id")
	case 2:
		t.unique(true, "id")
		t.unique(false, ten, "id")
	case 3:
		t.unique(false, "id")
		t.unique(false, ten, "id", "code")
	case 4:
		t.unique(false, "id", "code")
		t.unique(primary, ten, "id")
	case 5:
		t.keys = append(t.keys, &key{cols: []string{"id"}, ddl: "UNIQUE (id) DEFERRABLE"})
		t.unique(false, ten, "id")
	case 6:
		t.unique(primary, ten, "id")
		t.keys = append(t.keys, &key{cols: []string{"id"}, ddl: fmt.Sprintf("CREATE UNIQUE INDEX ON %s (id) WHERE n = 1", t.name), alone: true})
	case 7:
		t.unique(false, ten, "code")
		t.keys = append(t.keys, &key{ddl: fmt.Sprintf("CREATE UNIQUE INDEX ON %s (lower(v), %s)", t.name, pick(d, ten, "id")), alone: true})
	}
	if d.in(12) {
		t.keys = append(t.keys, &key{cols: []string{ten, "code"}, ddl: fmt.Sprintf("UNIQUE NULLS NOT DISTINCT (%s, code)", ten), usable: true})
	}
	if d.in(6) {
		t.keys = append(t.keys, &key{ddl: fmt.Sprintf("EXCLUDE USING btree (%s WITH =, ref WITH =)", pick(d, ten, "code"))})
	}
}

// addReferences lets ref and code of t refer to tables before it, or to itself.
func (s *schema) addReferences(d dice, t *table) {
	if d.in(20) {
		return
	}
	to := pick(d, append(s.tables[1:], t)...)
	for range 3 {
		if to.class == direct {
			break
		}
		to = pick(d, append(s.tables[1:], t)...)
	}
	same := func(a, b string) bool {
		x, y := t.column(a), to.column(b)
		return x != nil && y != nil && x.typ == y.typ && !strings.Contains(x.decl+y.decl, "folded")
	}
	switch {
	case t.class == direct && to.class == direct && to.hasKey(to.tenant, "id", "code") && same("code", "code") && d.in(80):
		s.refer(d, t, []string{t.tenant, "ref", "code"}, to, []string{to.tenant, "id", "code"})
	case t.class == direct && to.class == direct && to.hasKey(to.tenant, "id") && d.in(70):
		s.refer(d, t, []string{t.tenant, "ref"}, to, []string{to.tenant, "id"})
	case to.hasKey("id", "code") && same("code", "code") && d.in(60):
		s.refer(d, t, []string{"ref", "code"}, to, []string{"id", "code"})
	case to.hasKey("id"):
		s.refer(d, t, []string{"ref"}, to, []string{"id"})
	}
}

// refer adds a foreign key with random actions.
func (s *schema) refer(d dice, t *table, cols []string, to *table, ref []string) *foreignKey {
	f := &foreignKey{cols: cols, to: to, ref: ref}
	f.ddl = fmt.Sprintf("FOREIGN KEY (%s) REFERENCES %s (%s)", strings.Join(cols, ", "), to.name, strings.Join(ref, ", "))
	if len(cols) > 1 && d.in(8) {
		f.ddl += " MATCH FULL"
	}
	for _, event := range []string{"DELETE", "UPDATE"} {
		if d.in(45) {
			action := pick(d, "CASCADE", "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT")
			if action == "SET NULL" && event == "DELETE" && d.in(60) {
				action += fmt.Sprintf(" (%s)", cols[len(cols)-1])
			}
			f.ddl += fmt.Sprintf(" ON %s %s", event, action)
		}
	}
	idOnly := to.owned() && t.owned() && !f.keeps(t)
	for i, c := range cols {
		idOnly = idOnly && !(c == t.tenant && ref[i] == to.tenant)
	}
	if idOnly && d.in(50) {
		f.consistent = true
	} else if d.in(5) {
		f.ddl += " DEFERRABLE INITIALLY DEFERRED"
	}
	t.fks = append(t.fks, f)
	return f
}

// addDerived adds a table that is owned through a foreign key.
func (s *schema) addDerived(d dice, name string) {
	t := &table{name: name, class: derived, cols: []*column{
		{name: "id", typ: integer, decl: d.decl(integer), notNull: true},
		{name: "ref", typ: integer, decl: d.decl(integer)},
		{name: "n", typ: integer, decl: d.decl(integer)},
		{name: "v", typ: text, decl: d.decl(text)},
	}}
	var owners []*table
	for _, o := range s.tables {
		if o.owned() && o.parts == "" && !o.shared {
			owners = append(owners, o)
		}
	}
	to := pick(d, owners...)
	add := func(name, like string) string {
		c := to.column(like)
		decl := c.decl
		if c.typ == integer && like != to.tenant {
			decl = d.decl(integer)
		}
		t.cols = append(t.cols, &column{name: name, typ: c.typ, decl: decl, notNull: true})
		return name
	}
	var cols, ref []string
	folds := to.column("code") != nil && strings.Contains(to.column("code").decl, "folded")
	switch {
	case to.class == root:
		cols, ref = []string{add("pid", "id")}, []string{"id"}
	case to.class == direct && to.hasKey(to.tenant, "id") && d.in(50):
		cols, ref = []string{add("org", to.tenant), add("pid", "id")}, []string{to.tenant, "id"}
	case to.hasKey("id", "code") && !folds && d.in(60):
		cols, ref = []string{add("pid", "id"), add("pcode", "code")}, []string{"id", "code"}
	case to.hasKey("id"):
		cols, ref = []string{add("pid", "id")}, []string{"id"}
	default:
		return
	}
	f := &foreignKey{cols: cols, to: to, ref: ref}
	f.ddl = fmt.Sprintf("FOREIGN KEY (%s) REFERENCES %s (%s)", strings.Join(cols, ", "), to.name, strings.Join(ref, ", "))
	if d.in(50) {
		f.ddl += " ON DELETE " + pick(d, "CASCADE", "CASCADE", "RESTRICT", "NO ACTION")
	}
	if d.in(40) {
		f.ddl += " ON UPDATE " + pick(d, "CASCADE", "CASCADE", "NO ACTION")
	}
	t.fks, t.owner = []*foreignKey{f}, f
	switch d.IntN(4) {
	case 0, 1:
		t.unique(true, "id")
	case 2:
		t.unique(false, append([]string{"id"}, cols...)...)
	}
	s.addReferences(d, t)
	s.tables = append(s.tables, t)
}

// partition splits t by a column that all its keys have.
func (s *schema) partition(d dice, t *table) {
	var by string
	for _, c := range []string{"id", "tenant_id"} {
		all := true
		for _, k := range t.keys {
			has := false
			for _, kc := range k.cols {
				has = has || kc == c
			}
			all = all && has && !k.alone
		}
		if all {
			by = c
		}
	}
	if by == "" {
		return
	}
	t.parts = fmt.Sprintf(" PARTITION BY HASH (%s)", by)
	for i := range 2 {
		t.kids = append(t.kids, fmt.Sprintf("CREATE TABLE %s_part%d PARTITION OF %s FOR VALUES WITH (MODULUS 2, REMAINDER %d)", t.name, i, t.name, i))
	}
}

// addTrigger gives a table a trigger that stamps a column of no key.
func (s *schema) addTrigger(d dice, t *table) {
	if t.parent != nil || !d.in(10) {
		return
	}
	t.trigger = strings.Join([]string{
		fmt.Sprintf("CREATE FUNCTION stamp_%s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := %s; RETURN NEW; END $$", t.name, pick(d, "1", "2", "NEW.n + 1")),
		fmt.Sprintf("CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION stamp_%s()", t.name, t.name),
	}, ";\n")
}

// addRelatives gives a table a child that inherits from it.
func (s *schema) addRelatives(d dice, t *table) {
	if t.class != direct || t.parts != "" || t.parent != nil || !d.in(8) {
		return
	}
	for _, o := range s.tables {
		for _, f := range o.fks {
			if f.to == t && (f == o.owner || f.consistent) || o == t && f.consistent {
				return // a declaration would speak of rows that the key does not see
			}
		}
	}
	child := *t
	child.name, child.parent, child.keys, child.fks, child.kids, child.trigger = t.name+"_child", t, nil, nil, nil, ""
	for _, k := range t.keys {
		k.usable = false
	}
	t.kids = append(t.kids, fmt.Sprintf("CREATE TABLE %s () INHERITS (%s)", child.name, t.name))
	s.tables = append(s.tables, &child)
}
