package catalog

import (
	"regexp"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// builtinCollations are those of every server; all are deterministic.
var builtinCollations = wordSet(`default C POSIX C.UTF-8 C.utf8 ucs_basic unicode pg_c_utf8 pg_unicode_fast und-x-icu`)

// localeCollation matches the names that initdb imports from the system and
// from ICU, as en_US, en_US.utf8, de-x-icu: all deterministic.
var localeCollation = regexp.MustCompile(`^([a-z]{2,3}(_[A-Z]{2})?([.@][A-Za-z0-9_-]+)*|[a-z]{2,3}(-[A-Za-z0-9]+)*-x-icu)$`)

// Collation returns the collation of that name: one of pg_catalog, else one
// that the schema creates, else one marked Unknown. It is never nil.
func (c *Catalog) Collation(schema, name string) *Collation {
	own := c.index.collations[qname{orPublic(schema), name}]
	switch {
	case schema != "pg_catalog" && own != nil && (schema != "" || !builtinCollations[name]):
		// Of two collations of one name an unwritten schema means that of
		// pg_catalog; a locale's name may be missing there, so ours counts.
		return own
	case (schema == "" || schema == "pg_catalog") && (builtinCollations[name] || localeCollation.MatchString(name)):
		return &Collation{Schema: "pg_catalog", Name: name}
	}
	return &Collation{Schema: orPublic(schema), Name: name, Unknown: true}
}

// collation resolves a COLLATE clause of the DDL.
func (b *builder) collation(c *pgast.CollateClause) *Collation {
	names := pgast.Strings(c.GetCollname())
	schema := ""
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	if len(names) == 0 {
		return &Collation{Unknown: true}
	}
	return b.cat.Collation(schema, names[len(names)-1])
}

// domainCollation returns the collation that a domain gives its columns, or nil.
func (c *Catalog) domainCollation(t Type) *Collation {
	if u := c.UserType(t); u != nil && u.Kind == Domain {
		return u.Collation
	}
	return nil
}

// createCollation interprets CREATE COLLATION.
func (b *builder) createCollation(s *pgast.DefineStmt, q qname) {
	c := &Collation{Schema: q.schema, Name: q.name, Pos: b.stmt}
	for _, n := range s.GetDefinition() {
		d := n.GetDefElem()
		switch strings.ToLower(d.GetDefname()) {
		case "deterministic":
			switch strings.ToLower(defValue(d.GetArg())) {
			case "true", "on", "1", "yes", "t", "y":
			default:
				c.Nondeterministic = true
			}
		case "from":
			list := d.GetArg().GetList().GetItems()
			if len(list) == 0 {
				list = d.GetArg().GetTypeName().GetNames()
			}
			names := pgast.Strings(list)
			if len(names) == 0 {
				c.Unknown = true
				break
			}
			schema := ""
			if len(names) > 1 {
				schema = names[len(names)-2]
			}
			from := b.cat.Collation(schema, names[len(names)-1])
			c.Nondeterministic, c.Unknown = from.Nondeterministic, from.Unknown
		}
	}
	if old := b.cat.index.collations[q]; old != nil {
		if !s.GetIfNotExists() {
			b.exists("collation", q.String(), b.stmt, old.Pos)
		}
		return
	}
	b.cat.Collations = append(b.cat.Collations, c)
	b.cat.index.collations[q] = c
}

func (b *builder) dropCollation(q qname, missingOK bool) {
	c := b.cat.index.collations[q]
	if c == nil {
		if !missingOK {
			b.noSuch("collation", q.String(), b.stmt)
		}
		return
	}
	b.cat.Collations = remove(b.cat.Collations, c)
	delete(b.cat.index.collations, q)
}
