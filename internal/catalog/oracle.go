package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// checkOracles warns of each key of an owned relation by which one tenant may
// notice that another has a value, and of approximate indexes. Keys that hold a
// uuid share one warning: who asks has to know the value already, and a schema
// in which each table has one would drown the keys that can be guessed.
func (b *builder) checkOracles() {
	if b.cat.private {
		return // nobody else is there to notice anything
	}
	var long []relKey
	for _, rel := range b.cat.Relations {
		if !rel.Tenancy.Owned() || rel.Tenancy.Class == Root || rel.IsPartition {
			continue
		}
		for _, k := range rel.Keys {
			switch {
			case !acrossTenants(rel, k):
			case b.cat.holdsUUID(rel, k):
				long = append(long, relKey{rel, k})
			default:
				b.warnOracle(rel, k.Pos, keyKind(k), k.Name)
			}
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
	b.warnLong(long)
}

// relKey is a key and its relation.
type relKey struct {
	rel *Relation
	key *Key
}

// namedKeys is how many keys the warning that they share names.
const namedKeys = 3

// warnLong warns of the keys that hold a uuid.
func (b *builder) warnLong(keys []relKey) {
	if len(keys) == 0 {
		return
	}
	first := keys[0]
	if len(keys) == 1 {
		b.warnOracle(first.rel, first.key.Pos, keyKind(first.key), first.key.Name)
		return
	}
	var names []string
	for _, k := range keys[:min(len(keys), namedKeys)] {
		names = append(names, k.key.Name)
	}
	list := strings.Join(names, ", ")
	if more := len(keys) - len(names); more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	b.add(diag.Diagnostic{
		Code: diag.CodeExistenceOracle, Severity: diag.Warning, Pos: first.key.Pos,
		Message: fmt.Sprintf("%d keys with a uuid reach over all tenants: %s", len(keys), list),
		Why:     "an insert that brings its own value fails exactly when some tenant has it; who asks has to know the value, since a random one cannot be guessed",
		Fix:     "put the tenant into the key, or let the server make the value: default gen_random_uuid(); tenantc dump -stage=catalog marks each such key",
	})
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

// acrossTenants reports whether a key of an owned relation lets tenants notice
// each other's values.
//
// Those do not that hold the tenant column (for a derived relation, the owning
// foreign key); the root's, whose names are global by nature: every sign-up form
// says that a subdomain is taken; and keys with a column that the server fills:
// identity, serial, a default of nextval, gen_random_uuid() or uuidv7(). A
// statement that writes such a column itself turns the key into an oracle; which
// statements do, the schema cannot know.
func acrossTenants(rel *Relation, k *Key) bool {
	if !rel.Tenancy.Owned() || rel.Tenancy.Class == Root || rel.Tenancy.Class == Private || rel.IsPartition {
		return false
	}
	var cols []int
	for _, e := range k.Elems {
		if e.Column >= 0 {
			cols = append(cols, e.Column)
			if serverMade(rel.Columns[e.Column]) {
				return false
			}
		}
	}
	return !holdsTenant(rel, cols)
}

// holdsUUID reports whether a value of the key can be noticed only by whoever
// knows a uuid.
func (c *Catalog) holdsUUID(rel *Relation, k *Key) bool {
	return slices.ContainsFunc(k.Elems, func(e KeyElem) bool {
		return e.Column >= 0 && c.Base(rel.Columns[e.Column].Type).Same(Builtin("uuid"))
	})
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
func serverMade(c *Column) bool {
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
