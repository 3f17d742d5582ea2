package provision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
)

// table is a table or a view that migrations made.
type table struct {
	name     string
	view     bool
	key      string // its column that is the tenant's key, or ""
	keyType  string
	policies []string // names of those that it has
}

// keyTypes are what a key can be; each text type counts as text.
var keyTypes = []string{"uuid", "bigint", "integer", "smallint", "text"}

const everything, tenantOnly = "tenantc_everything", "tenantc_tenant"

// tables returns the tables and views of a schema, goose's own left out. A
// setting is compared as text with what is text: a cast to varchar(36) would
// cut it, and make it another tenant's.
func (p *Provisioner) tables(ctx context.Context, conn *pgx.Conn, schema string) ([]table, error) {
	rows, err := conn.Query(ctx, `
		select c.relname, c.relkind = 'v', coalesce(a.attname, ''),
			coalesce(case when t.typcategory = 'S' then 'text' else format_type(a.atttypid, null) end, ''),
			array(select polname::text from pg_policy where polrelid = c.oid)
		from pg_class c
		left join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
			and a.attname = coalesce($2::jsonb ->> c.relname, $3)
		left join pg_type t on t.oid = a.atttypid
		where c.relnamespace = (select oid from pg_namespace where nspname = $1)
			and c.relkind in ('r', 'p', 'v') and c.relname <> $4
		order by c.relname`, schema, p.cfg.Columns, p.cfg.Column, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t table, err error) {
		err = row.Scan(&t.name, &t.view, &t.key, &t.keyType, &t.policies)
		return t, err
	})
}

// policies lets the role see one tenant's rows of t. One policy opens the
// table, since what no policy opens is closed; the other confines whatever
// others open.
func (p *Provisioner) policies(ctx context.Context, conn *pgx.Conn, schema string, t table) error {
	if t.key == "" || t.view {
		return nil
	}
	if !slices.Contains(keyTypes, t.keyType) {
		return fmt.Errorf("column %s is %s: a tenant's key is one of %s", t.key, t.keyType, strings.Join(keyTypes, ", "))
	}
	name := quote(schema, t.name)
	statements := []string{
		`alter table ` + name + ` enable row level security`,
		`alter table ` + name + ` force row level security`,
	}
	if !slices.Contains(t.policies, everything) {
		statements = append(statements, `create policy `+everything+` on `+name+` using (true)`)
	}
	if !slices.Contains(t.policies, tenantOnly) {
		// The subquery is read once a statement, and not once a row.
		statements = append(statements, `create policy `+tenantOnly+` on `+name+` as restrictive using (`+
			quote(t.key)+` = (select current_setting('`+p.cfg.Setting+`')::`+t.keyType+`))`)
	}
	return run(ctx, conn, statements...)
}

// grant lets the role read and write rows of the tables, and nothing else in
// the schema.
func (p *Provisioner) grant(ctx context.Context, conn *pgx.Conn, schema string, tables []table) error {
	role := quote(p.cfg.Role)
	statements := []string{
		`revoke all on schema ` + quote(schema) + ` from public`,
		`grant usage on schema ` + quote(schema) + ` to ` + role,
		`grant usage on all sequences in schema ` + quote(schema) + ` to ` + role,
	}
	for _, name := range p.cfg.Extensions {
		statements = append(statements, `grant usage on schema `+quote(name)+` to `+role)
	}
	for _, t := range tables {
		rights := `select, insert, update, delete`
		if t.view {
			rights = `select`
		}
		statements = append(statements, `grant `+rights+` on `+quote(schema, t.name)+` to `+role)
	}
	return run(ctx, conn, statements...)
}

// run runs statements in one transaction.
func run(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	_, err := conn.PgConn().Exec(ctx, strings.Join(statements, ";\n")).ReadAll()
	return err
}

func quote(name ...string) string { return pgx.Identifier(name).Sanitize() }

func sqlState(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	return pg.Code
}
