// Package schema is the reference application's users as ent wants them.
//
// In comes nothing; out comes what ent's generator reads. Its policy refuses a
// query or a mutation whose context carries no tenant.
package schema

import (
	"context"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/entql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"
	"github.com/tenantc/tenantc/bench/orms/ent/privacy"
	"github.com/tenantc/tenantc/bench/orms/ent/viewer"
)

// User is a row of users.
type User struct{ ent.Schema }

// Annotations name the table.
func (User) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "users"}}
}

// Fields are the columns.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(uuid.New),
		field.UUID("tenant_id", uuid.UUID{}).Immutable(),
		field.String("name"),
		field.String("email"),
		field.String("role").Default("member"),
		field.Int32("age"),
		field.Time("created_at").Default(time.Now),
		field.Time("updated_at").Default(time.Now),
	}
}

// Policy keeps every query and mutation to the tenant of its context, by the
// filter rule that ent's documentation shows.
func (User) Policy() ent.Policy {
	rule := ofTenant()
	return privacy.Policy{
		Query:    privacy.QueryPolicy{rule},
		Mutation: privacy.MutationPolicy{privacy.OnMutationOperation(rule, ent.OpUpdate|ent.OpUpdateOne|ent.OpDelete|ent.OpDeleteOne)},
	}
}

func ofTenant() privacy.QueryMutationRule {
	type filter interface{ WhereTenantID(entql.ValueP) }
	return privacy.FilterFunc(func(ctx context.Context, f privacy.Filter) error {
		tenant, ok := viewer.Tenant(ctx)
		if !ok {
			return privacy.Denyf("the context carries no tenant")
		}
		users, ok := f.(filter)
		if !ok {
			return privacy.Denyf("unexpected filter %T", f)
		}
		users.WhereTenantID(entql.ValueEQ(tenant))
		return privacy.Skip
	})
}
