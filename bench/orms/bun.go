package main

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/tenantc/tenantc/bench/rows"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
)

// bunUser is a row of users as bun wants it.
type bunUser struct {
	bun.BaseModel `bun:"table:users"`

	TenantID  uuid.UUID `bun:",pk,type:uuid"`
	ID        uuid.UUID `bun:",pk,type:uuid,nullzero,default:gen_random_uuid()"`
	Name      string
	Email     string
	Role      string `bun:",nullzero,default:'member'"`
	Age       int32
	CreatedAt time.Time `bun:",nullzero,default:now()"`
	UpdatedAt time.Time `bun:",nullzero,default:now()"`
}

// bunSide asks for the tenant in each query's Where.
type bunSide struct{ db *bun.DB }

// openBun opens bun with the driver that its documentation names, its own.
func openBun(dsn string) (rows.Side, func() error, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, nil, err
	}
	network, address := pgconn.NetworkAddress(cfg.Host, cfg.Port)
	pool := sql.OpenDB(pgdriver.NewConnector(
		pgdriver.WithNetwork(network), pgdriver.WithAddr(address), pgdriver.WithInsecure(true),
		pgdriver.WithUser(cfg.User), pgdriver.WithPassword(cfg.Password), pgdriver.WithDatabase(cfg.Database),
	))
	pool.SetMaxOpenConns(1)
	return bunSide{bun.NewDB(pool, pgdialect.New())}, pool.Close, nil
}

func bunSeen(u *bunUser) (uuid.UUID, string, int32) { return u.TenantID, u.Name, u.Age }

func (b bunSide) Get(ctx context.Context, tenant, id uuid.UUID) (rows.Seen, error) {
	users := make([]bunUser, 1)
	err := b.db.NewSelect().Model(&users[0]).Where("tenant_id = ?", tenant).Where("id = ?", id).Scan(ctx)
	return rows.See(tenant, users, bunSeen), err
}

func (b bunSide) List(ctx context.Context, tenant uuid.UUID, limit int) (rows.Seen, error) {
	var users []bunUser
	err := b.db.NewSelect().Model(&users).Where("tenant_id = ?", tenant).Order("id").Limit(int64(limit)).Scan(ctx)
	return rows.See(tenant, users, bunSeen), err
}

func (b bunSide) Filter(ctx context.Context, tenant uuid.UUID, atLeast int32, role string) (rows.Seen, error) {
	var users []bunUser
	err := b.db.NewSelect().Model(&users).Where("tenant_id = ?", tenant).Where("age >= ?", atLeast).Where("role = ?", role).Scan(ctx)
	return rows.See(tenant, users, bunSeen), err
}

func (b bunSide) Insert(ctx context.Context, tenant uuid.UUID, name, email string, age int32) (rows.Seen, error) {
	users := []bunUser{{TenantID: tenant, Name: name, Email: email, Age: age}}
	_, err := b.db.NewInsert().Model(&users[0]).Returning("*").Exec(ctx)
	return rows.See(tenant, users, bunSeen), err
}

func (b bunSide) Update(ctx context.Context, tenant, id uuid.UUID, age int32) (int64, error) {
	done, err := b.db.NewUpdate().Model((*bunUser)(nil)).Set("age = ?", age).Where("tenant_id = ?", tenant).Where("id = ?", id).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

func (b bunSide) Count(ctx context.Context, tenant uuid.UUID, atLeast int32) (int64, error) {
	n, err := b.db.NewSelect().Model((*bunUser)(nil)).Where("tenant_id = ?", tenant).Where("age >= ?", atLeast).Count(ctx)
	return int64(n), err
}
