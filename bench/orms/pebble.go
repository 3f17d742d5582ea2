//go:build pebble

package main

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/marshallshelly/pebble-orm/pkg/builder"
	"github.com/marshallshelly/pebble-orm/pkg/registry"
	"github.com/marshallshelly/pebble-orm/pkg/runtime"
	"github.com/marshallshelly/pebble-orm/pkg/schema"
	"github.com/tenantc/tenantc/bench/rows"
)

// pebbleUser is a row of users as pebble-orm wants it.
type pebbleUser struct {
	TenantID  string    `po:"tenant_id,uuid,notNull"`
	ID        string    `po:"id,primaryKey,uuid,default(gen_random_uuid())"`
	Name      string    `po:"name,text,notNull"`
	Email     string    `po:"email,text,notNull"`
	Role      string    `po:"role,text,default('member'),notNull"`
	Age       int32     `po:"age,integer,notNull"`
	CreatedAt time.Time `po:"created_at,timestamptz,default(NOW()),notNull"`
	UpdatedAt time.Time `po:"updated_at,timestamptz,default(NOW()),notNull"`
}

func pebble() []library { return []library{{"pebble-orm", 0.9, openPebble}} }

// A tenantDB adds the tenant to what is asked, like the TenantDB of pebble-orm's
// example of many tenants.
type tenantDB struct {
	db     *builder.DB
	tenant string
}

func (t tenantDB) selecting() *builder.SelectQuery[pebbleUser] {
	return builder.Select[pebbleUser](t.db).Where(builder.Eq("tenant_id", t.tenant))
}

func (t tenantDB) updating() *builder.UpdateQuery[pebbleUser] {
	return builder.Update[pebbleUser](t.db).Where(builder.Eq("tenant_id", t.tenant))
}

type pebbleSide struct{ db *builder.DB }

func openPebble(dsn string) (rows.Side, func() error, error) {
	schema.RegisterTableName("pebbleUser", "users")
	if err := registry.Register(pebbleUser{}); err != nil {
		return nil, nil, err
	}
	return onPool(func(pool *pgxpool.Pool) rows.Side { return pebbleSide{builder.New(runtime.NewDB(pool))} })(dsn)
}

func (p pebbleSide) of(tenant uuid.UUID) tenantDB { return tenantDB{p.db, tenant.String()} }

// seePebble compares ids as the text that pebble-orm's models have them in.
func seePebble(tenant uuid.UUID, users []pebbleUser, err error) (rows.Seen, error) {
	own := tenant.String()
	return rows.See(tenant, users, func(u *pebbleUser) (uuid.UUID, string, int32) {
		if u.TenantID != own {
			return uuid.Nil, u.Name, u.Age
		}
		return tenant, u.Name, u.Age
	}), err
}

func (p pebbleSide) Get(ctx context.Context, tenant, id uuid.UUID) (rows.Seen, error) {
	u, err := p.of(tenant).selecting().Where(builder.Eq("id", id.String())).First(ctx)
	if err != nil {
		return rows.Seen{}, err
	}
	return seePebble(tenant, []pebbleUser{*u}, nil)
}

func (p pebbleSide) List(ctx context.Context, tenant uuid.UUID, limit int) (rows.Seen, error) {
	users, err := p.of(tenant).selecting().OrderByAsc("id").Limit(limit).All(ctx)
	return seePebble(tenant, users, err)
}

func (p pebbleSide) Filter(ctx context.Context, tenant uuid.UUID, atLeast int32, role string) (rows.Seen, error) {
	users, err := p.of(tenant).selecting().Where(builder.Gte("age", atLeast)).Where(builder.Eq("role", role)).All(ctx)
	return seePebble(tenant, users, err)
}

func (p pebbleSide) Insert(ctx context.Context, tenant uuid.UUID, name, email string, age int32) (rows.Seen, error) {
	users, err := builder.Insert[pebbleUser](p.db).Values(pebbleUser{
		TenantID: tenant.String(), Name: name, Email: email, Age: age,
	}).ExecReturning(ctx)
	return seePebble(tenant, users, err)
}

func (p pebbleSide) Update(ctx context.Context, tenant, id uuid.UUID, age int32) (int64, error) {
	return p.of(tenant).updating().Where(builder.Eq("id", id.String())).Set("age", age).Exec(ctx)
}

func (p pebbleSide) Count(ctx context.Context, tenant uuid.UUID, atLeast int32) (int64, error) {
	return p.of(tenant).selecting().Where(builder.Gte("age", atLeast)).Count(ctx)
}
