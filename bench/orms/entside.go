package main

import (
	"context"
	"database/sql"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	"github.com/tenantc/tenantc/bench/orms/ent"
	_ "github.com/tenantc/tenantc/bench/orms/ent/runtime" // the policies
	"github.com/tenantc/tenantc/bench/orms/ent/user"
	"github.com/tenantc/tenantc/bench/orms/ent/viewer"
	"github.com/tenantc/tenantc/bench/rows"
)

// entSide has the tenant in the context; the policy of the schema adds it to what
// is asked.
type entSide struct{ client *ent.Client }

func openEnt(dsn string) (rows.Side, func() error, error) {
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, nil, err
	}
	pool.SetMaxOpenConns(1)
	return entSide{ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, pool)))}, pool.Close, nil
}

func entSeen(u **ent.User) (uuid.UUID, string, int32) { return (*u).TenantID, (*u).Name, (*u).Age }

func seeEnt(tenant uuid.UUID, err error, users ...*ent.User) (rows.Seen, error) {
	if err != nil {
		return rows.Seen{}, err
	}
	return rows.See(tenant, users, entSeen), nil
}

func (e entSide) Get(ctx context.Context, tenant, id uuid.UUID) (rows.Seen, error) {
	u, err := e.client.User.Get(viewer.NewContext(ctx, tenant), id)
	return seeEnt(tenant, err, u)
}

func (e entSide) List(ctx context.Context, tenant uuid.UUID, limit int) (rows.Seen, error) {
	users, err := e.client.User.Query().Order(user.ByID()).Limit(limit).All(viewer.NewContext(ctx, tenant))
	return seeEnt(tenant, err, users...)
}

func (e entSide) Filter(ctx context.Context, tenant uuid.UUID, atLeast int32, role string) (rows.Seen, error) {
	users, err := e.client.User.Query().Where(user.AgeGTE(atLeast), user.Role(role)).All(viewer.NewContext(ctx, tenant))
	return seeEnt(tenant, err, users...)
}

func (e entSide) Insert(ctx context.Context, tenant uuid.UUID, name, email string, age int32) (rows.Seen, error) {
	u, err := e.client.User.Create().SetTenantID(tenant).SetName(name).SetEmail(email).SetAge(age).Save(viewer.NewContext(ctx, tenant))
	return seeEnt(tenant, err, u)
}

func (e entSide) Update(ctx context.Context, tenant, id uuid.UUID, age int32) (int64, error) {
	n, err := e.client.User.Update().Where(user.ID(id)).SetAge(age).Save(viewer.NewContext(ctx, tenant))
	return int64(n), err
}

func (e entSide) Count(ctx context.Context, tenant uuid.UUID, atLeast int32) (int64, error) {
	n, err := e.client.User.Query().Where(user.AgeGTE(atLeast)).Count(viewer.NewContext(ctx, tenant))
	return int64(n), err
}
