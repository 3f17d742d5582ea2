package plan

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
)

// dimension is how a dimension's key appears in Go.
type dimension struct {
	dim      *catalog.Dimension
	noun     string // "organization"
	arg      string // "organizationID"
	key      string // type of the runtime: "ID"
	typeName string // of the emitted type, where there are several dimensions: "OrganizationID"
}

// makeDimensions gives each dimension its argument and its type.
func (b *builder) makeDimensions() {
	for i, d := range b.in.Catalog.Dimensions {
		key := keyType(d.Type)
		if b.in.Catalog.Private() {
			key = b.statedKey(i)
		}
		if key == "" && !d.Type.IsZero() {
			pos := diag.Pos{}
			if i < len(b.in.Block.Tenancy.Dimensions) {
				pos = b.in.Block.Tenancy.Dimensions[i].Pos
			}
			if d.Root != nil {
				pos = d.Root.Pos
			}
			b.rep.Add(diag.Diagnostic{
				Code: diag.CodeKeyType, Pos: pos,
				Message: fmt.Sprintf("the key of the dimension %s is of type %s", d.Name, d.Type),
				Why:     "the runtime has keys of the types uuid, smallint, integer, bigint, text and varchar",
			})
		}
		if key == "" {
			key = "ID"
		}
		b.checkStatedType(i, key)
		out := dimension{dim: d, noun: strings.ReplaceAll(d.Name, "_", " "), arg: unexported(d.Name + "_id"), key: key}
		if len(b.in.Catalog.Dimensions) == 1 {
			out.arg = "tenantID"
		} else {
			out.typeName = exported(d.Name + "_id")
		}
		b.dims = append(b.dims, out)
	}
	if len(b.dims) == 0 {
		diag.Bugf("plan: the catalog has no dimension")
	}
	b.methodScope = scope{}
	for _, n := range []string{"collect", "nextRow", "scanRow", "scanCount", "scanExists", "affected", "arraysOf", "queueOne", "queueMany", "assembly", nullUUID, manyUUIDs, uuidColumn, nullUUIDColumn, timeColumn, "r", "ctx"} {
		b.methodScope[n] = true
	}
	for _, d := range b.dims {
		b.methodScope[d.arg] = true
	}
}

// statedKey returns the runtime's type that a dimension states, where there is no
// column to tell, or "" when it states none of them.
func (b *builder) statedKey(i int) string {
	if i >= len(b.in.Block.Tenancy.Dimensions) {
		return ""
	}
	for _, key := range []string{"ID", "Int64ID", "TextID"} {
		if b.in.Block.Tenancy.Dimensions[i].Type == "tenant."+key {
			return key
		}
	}
	return ""
}

// checkStatedType holds a dimension's stated Go type against the one that its
// column has.
func (b *builder) checkStatedType(i int, key string) {
	if i >= len(b.in.Block.Tenancy.Dimensions) {
		return
	}
	d := b.in.Block.Tenancy.Dimensions[i]
	if d.Type == "" || d.Type == "tenant."+key {
		return
	}
	if b.in.Catalog.Private() {
		b.rep.Add(diag.Diagnostic{
			Code: diag.CodeKeyType, Pos: d.Pos,
			Message: fmt.Sprintf("the key of the dimension %s is stated as %s", d.Name, d.Type),
			Why:     "the runtime has keys of the types tenant.ID, tenant.Int64ID and tenant.TextID",
			Fix:     "type: tenant.ID",
		})
		return
	}
	b.rep.Add(diag.Diagnostic{
		Code: diag.CodeKeyType, Pos: d.Pos,
		Message: fmt.Sprintf("the key of the dimension %s is stated as %s, and its column makes it tenant.%s", d.Name, d.Type, key),
		Why:     "the type of the argument follows from the column's",
		Fix:     "type: tenant." + key,
	})
}

// keyType returns the runtime's type for a key of PostgreSQL's type t, or "".
func keyType(t catalog.Type) string {
	if t.Array || t.Schema != "pg_catalog" {
		return ""
	}
	switch t.Name {
	case "uuid":
		return "ID"
	case "int2", "int4", "int8":
		return "Int64ID"
	case "text", "varchar":
		return "TextID"
	}
	return ""
}

// typ returns the Go type of a dimension's argument.
func (d dimension) typ(u use) string {
	if d.typeName != "" {
		return d.typeName
	}
	return u.pkg(pathTenant) + "." + d.key
}

// asideDoc is what a method says whose statement does not ask for the key of the
// widest dimension, which the method has all the same.
func (d dimension) asideDoc() []string {
	return []string{"",
		fmt.Sprintf("The statement does not ask for %s, which only says where it runs: whether the other", d.arg),
		fmt.Sprintf("key is one of that %s is for the caller to know.", d.noun),
	}
}
