package catalog

import (
	"slices"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// checkOracles warns once for each key of an owned relation by which one
// tenant may notice that another has a value, and for approximate indexes.
//
// Left alone are keys that hold the tenant column (for a derived relation, the
// owning foreign key); the root's, whose names are global by nature: every
// sign-up form says that a subdomain is taken; and keys with a column that the
// server fills: identity, serial, a default of nextval, gen_random_uuid() or
// uuidv7(). A statement that writes such a column itself turns the key into an
// oracle; which statements do, the schema cannot know.
func (b *builder) checkOracles() {
	if b.in.Tenancy.Isolation == config.IsolationDatabase {
		return
	}
	for _, rel := range b.cat.Relations {
		if !rel.Tenancy.Owned() || rel.Tenancy.Class == Root || rel.IsPartition {
			continue
		}
		for _, k := range rel.Keys {
			if !b.oracle(rel, k.Elems) {
				continue
			}
			b.warnOracle(rel, k.Pos, keyKind(k), k.Name)
		}
		for _, x := range rel.Exclusions {
			if !b.exclusionHolds(rel, x) {
				b.warnOracle(rel, x.Pos, "exclusion constraint", x.Name)
			}
		}
		for _, ix := range rel.Indexes {
			if ix.Method == "ivfflat" || ix.Method == "hnsw" {
				b.add(diag.Diagnostic{
					Code: diag.CodeApproximateIndex, Severity: diag.Warning, Pos: ix.Pos,
					Message: "the approximate index " + ix.Name + " mixes the tenants of " + rel.ShortName(),
					Why:     "it finds some of the nearest rows of all tenants and leaves it to the filter to drop the others'",
					Fix:     "partition " + rel.ShortName() + " by tenant",
				})
			}
		}
	}
}

func keyKind(k *Key) string {
	switch {
	case k.Primary:
		return "primary key"
	case k.Constraint:
		return "unique constraint"
	}
	return "unique index"
}

func (b *builder) warnOracle(rel *Relation, pos diag.Pos, kind, name string) {
	owner := "the tenant column"
	if t := rel.Tenancy; t.Column() >= 0 {
		owner = rel.Columns[t.Column()].Name
	} else if t.Owner != nil {
		owner = rel.ColumnNames(t.Owner.Columns)
	}
	b.add(diag.Diagnostic{
		Code: diag.CodeExistenceOracle, Severity: diag.Warning, Pos: pos,
		Message: "the " + kind + " " + name + " of " + rel.ShortName() + " reaches over all tenants",
		Why:     "an insert fails exactly when some tenant has the value, and so tells about another tenant's data",
		Fix:     "put " + owner + " into it",
	})
}

// oracle reports whether a key over elems lets tenants notice each other.
func (b *builder) oracle(rel *Relation, elems []KeyElem) bool {
	var cols []int
	for _, e := range elems {
		if e.Column >= 0 {
			cols = append(cols, e.Column)
			if b.serverMade(rel.Columns[e.Column]) {
				return false
			}
		}
	}
	return !holdsTenant(rel, cols)
}

// holdsTenant reports whether the columns contain the relation's tenant: its
// column, or the whole owning foreign key.
func holdsTenant(rel *Relation, cols []int) bool {
	t := rel.Tenancy
	if t.Column() >= 0 {
		return slices.Contains(cols, t.Column())
	}
	if t.Owner == nil {
		return false
	}
	return !slices.ContainsFunc(t.Owner.Columns, func(c int) bool { return !slices.Contains(cols, c) })
}

// exclusionHolds reports whether an exclusion constraint compares the tenant
// by equality, so that rows of two tenants never exclude each other.
func (b *builder) exclusionHolds(rel *Relation, x *Exclusion) bool {
	var cols []int
	for _, e := range x.Elems {
		if e.Operator == "=" && e.Column >= 0 && e.Collation == "" && e.OpClass == "" {
			cols = append(cols, e.Column)
		}
	}
	return holdsTenant(rel, cols)
}

// serverMade reports whether a column's values come from the server alone, as
// far as the DDL says, or cannot be guessed.
func (b *builder) serverMade(c *Column) bool {
	if c.Identity != 0 || c.Serial {
		return true
	}
	if c.Default == nil {
		return false
	}
	n := c.Default.Node
	if cast := n.GetTypeCast(); cast != nil {
		n = cast.GetArg()
	}
	names := pgast.Strings(n.GetFuncCall().GetFuncname())
	if len(names) == 0 {
		return false
	}
	switch names[len(names)-1] {
	case "gen_random_uuid", "uuidv7", "uuidv4", "uuid_generate_v4", "uuid_generate_v7", "uuid_generate_v1mc", "nextval":
		return true
	}
	return false
}
