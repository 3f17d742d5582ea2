package main

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/tenantc/tenantc/bench/rows"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// gormUser is a row of users as gorm wants it.
type gormUser struct {
	TenantID  uuid.UUID `gorm:"primaryKey;type:uuid"`
	ID        uuid.UUID `gorm:"primaryKey;type:uuid;default:gen_random_uuid()"`
	Name      string
	Email     string
	Role      string `gorm:"default:member"`
	Age       int32
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (gormUser) TableName() string { return "users" }

// ofTenant is the scope that gorm's documentation shows for tenants: each call has
// to ask for it.
func ofTenant(id uuid.UUID) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", id) }
}

type gormSide struct{ db *gorm.DB }

// openGorm opens gorm as its page on performance says: no transaction around a
// single statement, statements prepared once.
func openGorm(dsn string) (rows.Side, func() error, error) {
	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{
		SkipDefaultTransaction: true, PrepareStmt: true, Logger: logger.Discard,
	})
	if err != nil {
		return nil, nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, nil, err
	}
	pool.SetMaxOpenConns(1)
	return gormSide{db}, pool.Close, nil
}

func gormSeen(u *gormUser) (uuid.UUID, string, int32) { return u.TenantID, u.Name, u.Age }

func (g gormSide) Get(ctx context.Context, tenant, id uuid.UUID) (rows.Seen, error) {
	users := make([]gormUser, 1)
	err := g.db.WithContext(ctx).Scopes(ofTenant(tenant)).Where("id = ?", id).Take(&users[0]).Error
	return rows.See(tenant, users, gormSeen), err
}

func (g gormSide) List(ctx context.Context, tenant uuid.UUID, limit int) (rows.Seen, error) {
	var users []gormUser
	err := g.db.WithContext(ctx).Scopes(ofTenant(tenant)).Order("id").Limit(limit).Find(&users).Error
	return rows.See(tenant, users, gormSeen), err
}

func (g gormSide) Filter(ctx context.Context, tenant uuid.UUID, atLeast int32, role string) (rows.Seen, error) {
	var users []gormUser
	err := g.db.WithContext(ctx).Scopes(ofTenant(tenant)).Where("age >= ? and role = ?", atLeast, role).Find(&users).Error
	return rows.See(tenant, users, gormSeen), err
}

func (g gormSide) Insert(ctx context.Context, tenant uuid.UUID, name, email string, age int32) (rows.Seen, error) {
	users := []gormUser{{TenantID: tenant, Name: name, Email: email, Age: age}}
	err := g.db.WithContext(ctx).Create(&users[0]).Error
	return rows.See(tenant, users, gormSeen), err
}

func (g gormSide) Update(ctx context.Context, tenant, id uuid.UUID, age int32) (int64, error) {
	done := g.db.WithContext(ctx).Model(&gormUser{}).Scopes(ofTenant(tenant)).Where("id = ?", id).UpdateColumn("age", age)
	return done.RowsAffected, done.Error
}

func (g gormSide) Count(ctx context.Context, tenant uuid.UUID, atLeast int32) (n int64, err error) {
	err = g.db.WithContext(ctx).Model(&gormUser{}).Scopes(ofTenant(tenant)).Where("age >= ?", atLeast).Count(&n).Error
	return n, err
}
