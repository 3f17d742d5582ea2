package rows

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/bench/rows/sqlcrows"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

// Tenantc is the emitted repository on tables that tenants share.
func Tenantc(pool *pgxpool.Pool) Side { return emitted{gen.New(tenant.NewShared(pool))} }

type emitted struct{ store *gen.Store }

var byID = filter.OrderBy(gen.UserCols.ID.Asc())

func modelSeen(u *models.User) (uuid.UUID, string, int32) { return u.TenantID.UUID(), u.Name, u.Age }

func (e emitted) one(tenantID uuid.UUID, u models.User, err error) (Seen, error) {
	return See(tenantID, []models.User{u}, modelSeen), err
}

func (e emitted) Get(ctx context.Context, tenantID, id uuid.UUID) (Seen, error) {
	u, err := e.store.Users.Get(ctx, tenant.IDFrom(tenantID), id)
	return e.one(tenantID, u, err)
}

func (e emitted) List(ctx context.Context, tenantID uuid.UUID, limit int) (Seen, error) {
	users, err := e.store.Users.ListBy(ctx, tenant.IDFrom(tenantID), byID.Limit(limit))
	return See(tenantID, users, modelSeen), err
}

func (e emitted) Filter(ctx context.Context, tenantID uuid.UUID, atLeast int32, role string) (Seen, error) {
	users, err := e.store.Users.List(ctx, tenant.IDFrom(tenantID), gen.UserCols.Age.Gte(atLeast), gen.UserCols.Role.Eq(role))
	return See(tenantID, users, modelSeen), err
}

func (e emitted) Insert(ctx context.Context, tenantID uuid.UUID, name, email string, age int32) (Seen, error) {
	u, err := e.store.Users.Create(ctx, tenant.IDFrom(tenantID), gen.NewUser{Name: name, Email: email, Age: age})
	return e.one(tenantID, u, err)
}

func (e emitted) Update(ctx context.Context, tenantID, id uuid.UUID, age int32) (int64, error) {
	return e.store.Users.Update(ctx, tenant.IDFrom(tenantID), id, gen.UserPatch{Age: gen.Set(age)})
}

func (e emitted) Count(ctx context.Context, tenantID uuid.UUID, atLeast int32) (int64, error) {
	return e.store.Users.Count(ctx, tenant.IDFrom(tenantID), gen.UserCols.Age.Gte(atLeast))
}

// Hand is what people write with pgx alone.
func Hand(pool *pgxpool.Pool) Side { return hand{pool} }

type hand struct{ pool *pgxpool.Pool }

type handUser = sqlcrows.User

func handSeen(u *handUser) (uuid.UUID, string, int32) { return u.TenantID.Bytes, u.Name, u.Age }

const columns = `tenant_id, id, name, email, role, age, created_at, updated_at`

func (h hand) one(ctx context.Context, tenantID uuid.UUID, sql string, args ...any) (Seen, error) {
	var u handUser
	err := h.pool.QueryRow(ctx, sql, args...).Scan(&u.TenantID, &u.ID, &u.Name, &u.Email, &u.Role, &u.Age, &u.CreatedAt, &u.UpdatedAt)
	return See(tenantID, []handUser{u}, handSeen), err
}

func (h hand) many(ctx context.Context, tenantID uuid.UUID, sql string, args ...any) (Seen, error) {
	rows, err := h.pool.Query(ctx, sql, args...)
	if err != nil {
		return Seen{}, err
	}
	users, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u handUser, err error) {
		err = row.Scan(&u.TenantID, &u.ID, &u.Name, &u.Email, &u.Role, &u.Age, &u.CreatedAt, &u.UpdatedAt)
		return u, err
	})
	return See(tenantID, users, handSeen), err
}

func (h hand) Get(ctx context.Context, tenantID, id uuid.UUID) (Seen, error) {
	return h.one(ctx, tenantID, `select `+columns+` from users where tenant_id = $1 and id = $2`, pgUUID(tenantID), pgUUID(id))
}

func (h hand) List(ctx context.Context, tenantID uuid.UUID, limit int) (Seen, error) {
	return h.many(ctx, tenantID, `select `+columns+` from users where tenant_id = $1 order by id limit $2`, pgUUID(tenantID), limit)
}

func (h hand) Filter(ctx context.Context, tenantID uuid.UUID, atLeast int32, role string) (Seen, error) {
	return h.many(ctx, tenantID, `select `+columns+` from users where tenant_id = $1 and age >= $2 and role = $3`, pgUUID(tenantID), atLeast, role)
}

func (h hand) Insert(ctx context.Context, tenantID uuid.UUID, name, email string, age int32) (Seen, error) {
	return h.one(ctx, tenantID, `insert into users (tenant_id, name, email, age) values ($1, $2, $3, $4) returning `+columns, pgUUID(tenantID), name, email, age)
}

func (h hand) Update(ctx context.Context, tenantID, id uuid.UUID, age int32) (int64, error) {
	tag, err := h.pool.Exec(ctx, `update users set age = $3 where tenant_id = $1 and id = $2`, pgUUID(tenantID), pgUUID(id), age)
	return tag.RowsAffected(), err
}

func (h hand) Count(ctx context.Context, tenantID uuid.UUID, atLeast int32) (n int64, err error) {
	err = h.pool.QueryRow(ctx, `select count(*) from users where tenant_id = $1 and age >= $2`, pgUUID(tenantID), atLeast).Scan(&n)
	return n, err
}

// Sqlc is sqlc's own output.
func Sqlc(pool *pgxpool.Pool) Side { return plain{sqlcrows.New(pool)} }

type plain struct{ queries *sqlcrows.Queries }

func (p plain) one(tenantID uuid.UUID, u sqlcrows.User, err error) (Seen, error) {
	return See(tenantID, []sqlcrows.User{u}, handSeen), err
}

func (p plain) Get(ctx context.Context, tenantID, id uuid.UUID) (Seen, error) {
	u, err := p.queries.GetUser(ctx, sqlcrows.GetUserParams{TenantID: pgUUID(tenantID), ID: pgUUID(id)})
	return p.one(tenantID, u, err)
}

func (p plain) List(ctx context.Context, tenantID uuid.UUID, limit int) (Seen, error) {
	users, err := p.queries.ListUsers(ctx, sqlcrows.ListUsersParams{TenantID: pgUUID(tenantID), MaxRows: int32(limit)})
	return See(tenantID, users, handSeen), err
}

func (p plain) Filter(ctx context.Context, tenantID uuid.UUID, atLeast int32, role string) (Seen, error) {
	users, err := p.queries.FilterUsers(ctx, sqlcrows.FilterUsersParams{TenantID: pgUUID(tenantID), Age: atLeast, Role: role})
	return See(tenantID, users, handSeen), err
}

func (p plain) Insert(ctx context.Context, tenantID uuid.UUID, name, email string, age int32) (Seen, error) {
	u, err := p.queries.CreateUser(ctx, sqlcrows.CreateUserParams{TenantID: pgUUID(tenantID), Name: name, Email: email, Age: age})
	return p.one(tenantID, u, err)
}

func (p plain) Update(ctx context.Context, tenantID, id uuid.UUID, age int32) (int64, error) {
	return p.queries.UpdateUser(ctx, sqlcrows.UpdateUserParams{TenantID: pgUUID(tenantID), ID: pgUUID(id), Age: age})
}

func (p plain) Count(ctx context.Context, tenantID uuid.UUID, atLeast int32) (int64, error) {
	return p.queries.CountUsers(ctx, sqlcrows.CountUsersParams{TenantID: pgUUID(tenantID), Age: atLeast})
}

func pgUUID(id uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }
