package plan

import (
	"fmt"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// param is a parameter of a hand-written query that the caller supplies.
type param struct {
	number int
	name   string // as SQL spells it: @name, or the compared column
	typ    goType
	tags   map[string]string // of the field, by go_struct_tag
}

// params returns the parameters of a query but for the tenants', in the order of
// their numbers.
func (b *builder) params(s *statement, q *sqlcrun.Query) []param {
	var out []param
	for i := range q.Params {
		if s.evidence.carries(i + 1) {
			continue
		}
		sp, source := q.Params[i], s.params[i]
		pos, name := diag.Pos{File: s.pos.File, Line: int(source.line), Column: int(source.column)}, source.name
		if name == "" {
			name = sp.Name
		}
		if name == "" {
			b.rep.Add(diag.Diagnostic{
				Code: diag.CodeParamName, Pos: pos, Width: len(fmt.Sprint("$", i+1)),
				Message: fmt.Sprintf("parameter $%d of %s has no name", i+1, s.name),
				Why:     "sqlc finds no column that it is compared with, so an argument of the method could only be called by its number",
				Fix:     "give it one, as @since",
			})
			continue
		}
		typ := *source.typ
		if typ.IsZero() {
			typ = typeOf(sp.DB)
		}
		t := b.domainType(b.sqlcType(sp.Go), typ, sp.NotNull)
		if f := b.modelField(sp.Table, sp.Column); f != nil {
			t = f.typ
			if !sp.NotNull && f.col.NotNull && !t.nullable() {
				t = t.pointer()
			}
		}
		if t.text == "any" {
			b.rep.Add(diag.Diagnostic{
				Code: diag.CodeParamUntyped, Pos: pos, Width: len(name) + 1,
				Message: fmt.Sprintf("parameter %s of %s has no type", name, s.name),
				Why:     "sqlc could not tell it, and an argument of type any would accept what pgx takes for instructions",
				Fix:     castFix(i+1, source),
			})
			continue
		}
		if !agreeOnType(*source.typ, sp.DB) {
			b.rep.Add(diag.Diagnostic{
				Code: diag.CodeParamType, Pos: pos, Width: len(name) + 1,
				Message: fmt.Sprintf("parameter %s of %s is of type %s for PostgreSQL, and of type %s for sqlc",
					name, s.name, source.typ, dbTypeText(*sp.DB)),
				Why: "the argument's Go type comes from sqlc, and the server would refuse its values",
				Fix: castFix(i+1, source),
			})
			continue
		}
		out = append(out, param{number: i + 1, name: name, typ: t, tags: b.structTags(&sp)})
	}
	return out
}

// castFix returns the parameter with the cast that says its type.
func castFix(number int, p sourceParam) string {
	name := fmt.Sprint("$", number)
	switch {
	case p.nullable:
		name = "sqlc.narg('" + p.spelt() + "')"
	case p.name != "":
		name = "@" + p.spelt()
	}
	if p.typ.IsZero() {
		return "a cast to its type, as " + name + "::text"
	}
	return name + "::" + p.typ.String()
}

// agreeOnType reports whether values for sqlc's type serve for PostgreSQL's:
// one type, or types of one family. A type that is not known decides nothing.
func agreeOnType(t catalog.Type, other *sqlcrun.DBType) bool {
	if t.IsZero() || other.Name == "" || other.Name == "any" || other.Name == "anyelement" {
		return true
	}
	return t.Array == (other.Dims > 0) && (sameType(t, *other) || family(t.Name) != "" && family(t.Name) == family(typeSpelling(other.Name)))
}

func family(name string) string {
	switch name {
	case "int2", "int4", "int8":
		return "integer"
	case "text", "varchar", "bpchar", "name", "citext", "string":
		return "text"
	case "float4", "float8":
		return "float"
	case "json", "jsonb":
		return "json"
	}
	return ""
}

// modelField returns the field of a model for the column that sqlc believes a
// value belongs to, or nil.
func (b *builder) modelField(t *sqlcrun.TableName, name string) *rowField {
	rel := b.relationNamed(t)
	if rel == nil || b.rows[rel] == nil || !b.rows[rel].model {
		return nil
	}
	if c := column(rel, name); c != nil {
		return b.rows[rel].field(c)
	}
	return nil
}
