package prove_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/gallery"
)

// ownership says, in SQL, whose the rows of a database are. It is read from
// the server's own catalogs, and owes nothing to the code under test.
type ownership struct {
	declared []gallery.Ownership
	tables   string   // the tables that there are
	owned    []string // tables with rows of tenants
	order    []*table // parents before what they own
	dump     string   // rows of every table: its name, the owner, the row
	locks    string   // for each of owned, the others' rows that are free; $1 is the tenant
}

// table is one table of the server.
type table struct {
	oid          string
	schema, name string
	columns      []string
	key          string   // the column of a primary key of one column
	parents      []string // oids
	only         string   // "ONLY ", but for a partitioned table: a foreign key means the rows of the table itself
	class        gallery.Ownership
	owner        string // an expression over the alias x
	parent       *table // of a derived one
	match        string // joins x to p, the parent
}

// names returns every table as SQL writes it.
func (o *ownership) names() []string {
	var out []string
	for _, t := range o.order {
		out = append(out, t.sql())
	}
	return out
}

func (t *table) sql() string { return pgx.Identifier{t.schema, t.name}.Sanitize() }

// tablesQuery names the tables that there are.
const tablesQuery = `SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_class
	WHERE relkind IN ('r', 'p') AND relnamespace <> 'pg_toast'::regnamespace`

func readOwnership(t *testing.T, db *database, declared []gallery.Ownership) *ownership {
	t.Helper()
	o := &ownership{declared: declared, tables: *db.must(t, tablesQuery)[0][0]}
	byOID := map[string]*table{}
	var list []*table
	for _, r := range db.must(t, `SELECT c.oid, n.nspname, c.relname, c.relkind,
			(SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
			(SELECT min(a.attname) FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])
				WHERE i.indrelid = c.oid AND i.indisprimary HAVING count(*) = 1),
			(SELECT string_agg(inhparent::text, ' ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' ORDER BY c.oid`) {
		tab := &table{oid: *r[0], schema: *r[1], name: *r[2], only: "ONLY "}
		if *r[3] == "p" {
			tab.only = ""
		}
		for i, text := range []*string{r[4], r[6]} {
			if text == nil {
				continue
			}
			if i == 0 {
				tab.columns = strings.Fields(*text)
			} else {
				tab.parents = strings.Fields(*text)
			}
		}
		if r[5] != nil {
			tab.key = *r[5]
		}
		byOID[tab.oid] = tab
		list = append(list, tab)
	}
	for _, tab := range list {
		o.resolve(t, db, tab, byOID)
	}
	var dump, locks []string
	for _, tab := range o.order {
		dump = append(dump, fmt.Sprintf(`SELECT %s, (%s)::text, (x.*)::text FROM ONLY %s x`, quote(tab.schema+"."+tab.name), tab.owner, tab.sql()))
		if tab.class.Class == "global" {
			continue
		}
		o.owned = append(o.owned, tab.schema+"."+tab.name)
		locks = append(locks, fmt.Sprintf(`(SELECT count(*) FROM (SELECT FROM ONLY %s x WHERE (((%s)::text COLLATE "C") IN ($1, '*')) IS NOT TRUE FOR UPDATE SKIP LOCKED) s)`, tab.sql(), tab.owner))
	}
	o.dump = strings.Join(dump, " UNION ALL ")
	if len(locks) > 0 {
		o.locks = "SELECT " + strings.Join(locks, ", ")
	}
	return o
}

// resolve says whose the rows of tab are, after those of the table that owns it.
func (o *ownership) resolve(t *testing.T, db *database, tab *table, byOID map[string]*table) {
	if tab.owner != "" {
		return
	}
	tab.class = o.classOf(tab, byOID)
	switch tab.class.Class {
	case "global":
		tab.owner = "'*'"
	case "root", "direct":
		tab.owner = "x." + pgx.Identifier{tab.class.Columns[0]}.Sanitize() + "::text"
		if tab.class.Shared {
			tab.owner = "COALESCE(" + tab.owner + ", '*')"
		}
	case "derived":
		found := db.must(t, `SELECT k.confrelid,
				(SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = ANY (k.conkey)),
				string_agg(format('p.%I = x.%I', f.attname, c.attname), ' AND ')
			FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) u(c, f)
			JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = u.c
			JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = u.f
			WHERE k.contype = 'f' AND k.conrelid = $1 AND k.conparentid = 0 GROUP BY k.oid`, &tab.oid)
		for _, r := range found {
			if slices.Equal(slices.Sorted(slices.Values(strings.Fields(*r[1]))), slices.Sorted(slices.Values(tab.class.Columns))) {
				tab.parent, tab.match = byOID[*r[0]], *r[2]
			}
		}
		if tab.parent == nil {
			t.Fatalf("%s is owned through %v, which is no foreign key", tab.name, tab.class.Columns)
		}
		o.resolve(t, db, tab.parent, byOID)
		// x is the child inside, and the parent in the parent's own expression.
		tab.owner = fmt.Sprintf("(SELECT %s FROM (SELECT p.* FROM %s%s p WHERE %s) x)", tab.parent.owner, tab.parent.only, tab.parent.sql(), tab.match)
	default:
		t.Fatalf("%s has the class %q", tab.name, tab.class.Class)
	}
	o.order = append(o.order, tab)
}

func (o *ownership) classOf(tab *table, byOID map[string]*table) gallery.Ownership {
	declaredRoot := false
	for _, d := range o.declared {
		name := strings.ReplaceAll(d.Relation, `"`, "")
		if name == tab.name || name == tab.schema+"."+tab.name {
			return d
		}
		declaredRoot = declaredRoot || d.Class == "root"
	}
	for _, p := range tab.parents {
		if parent := byOID[p]; parent != nil {
			if c := o.classOf(parent, byOID); c.Class != "global" {
				return c
			}
		}
	}
	switch {
	case tab.name == "tenants" && tab.key != "" && !declaredRoot:
		return gallery.Ownership{Class: "root", Columns: []string{tab.key}}
	case slices.Contains(tab.columns, "tenant_id"):
		return gallery.Ownership{Class: "direct", Columns: []string{"tenant_id"}}
	}
	return gallery.Ownership{Class: "global"}
}

// deletions returns the statements that leave the rows of $1 only: of what is
// owned through a parent, those whose parent is left.
func (o *ownership) deletions() []string {
	var out []string
	for _, tab := range o.order {
		switch tab.class.Class {
		case "root", "direct":
			out = append(out, fmt.Sprintf(`DELETE FROM ONLY %s x WHERE (((%s) COLLATE "C") IN ($1, '*')) IS NOT TRUE`, tab.sql(), tab.owner))
		case "derived":
			out = append(out, fmt.Sprintf(`DELETE FROM ONLY %s x WHERE $1::text IS NULL OR NOT EXISTS (SELECT FROM %s%s p WHERE %s)`, tab.sql(), tab.parent.only, tab.parent.sql(), tab.match))
		}
	}
	return out
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
