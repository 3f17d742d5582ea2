package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tenantc/tenantc/bench/turns"
)

// maxLarge bounds what one statement far larger than people write adds to
// tenantc check: to parse, resolve and prove.
const maxLarge = 100 * time.Millisecond

const largeConfig = `version: "2"
sql:
  - engine: postgresql
    schema: schema.sql
    queries: queries.sql
    codegen:
      - plugin: tenantc
        out: gen
        options:
          package: gen
          sql_package: pgx/v5
plugins:
  - name: tenantc
    process: {cmd: tenantc, format: json}
`

const largeSchema = `create table tenants (id uuid primary key);
create table d (tenant_id uuid not null references tenants (id), id bigint not null, v text, primary key (tenant_id, id));
`

// largeStatements are confined, each in its own way large.
func largeStatements() map[string]string {
	var conjuncts, joins strings.Builder
	conjuncts.WriteString("select id from d where tenant_id = @tenant_id")
	for i := range 10000 {
		fmt.Fprintf(&conjuncts, " and id <> %d", i)
	}
	joins.WriteString("select d0.id from d d0")
	for i := range 200 {
		fmt.Fprintf(&joins, " left join d d%d on d%d.tenant_id = d%d.tenant_id and d%d.id = d%d.id", i+1, i+1, i, i+1, i)
	}
	joins.WriteString(" where d0.tenant_id = @tenant_id")
	return map[string]string{"10,000 conjuncts": conjuncts.String(), "200 joins": joins.String()}
}

// benchLarge measures each large statement beside a small one, by turns.
func benchLarge(r *turns.Report, t tools, work string) error {
	const small = "select id from d where tenant_id = @tenant_id"
	r.Section("tenantc check, what one large statement adds", "statement", "added ms", "bound ms")
	statements := largeStatements()
	for _, name := range []string{"10,000 conjuncts", "200 joins"} {
		dirs := map[string]string{small: filepath.Join(work, "small"), statements[name]: filepath.Join(work, "large")}
		for sql, dir := range dirs {
			if err := writeLarge(dir, sql); err != nil {
				return err
			}
		}
		// The best of each: what other programs take only adds.
		base, with := time.Hour, time.Hour
		for range 9 {
			got, err := runIn(dirs[small], t.tenantc, "check", "-q")
			if err != nil {
				return err
			}
			base = min(base, got.wall)
			if got, err = runIn(dirs[statements[name]], t.tenantc, "check", "-q"); err != nil {
				return err
			}
			with = min(with, got.wall)
		}
		wall := with - base
		r.Row(wall <= maxLarge, name, ms(wall), "≤ "+ms(maxLarge))
	}
	return nil
}

func writeLarge(dir, sql string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"sqlc.yaml": largeConfig, "schema.sql": largeSchema, "queries.sql": "-- name: Large :many\n" + sql + ";\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
