package tenant

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// roleProblems are what lets a role past every policy. A session that became
// the role can become itself again.
const roleProblems = `
select 'role ' || r.rolname || case when r.rolsuper then ' is a superuser' else ' has BYPASSRLS' end
from pg_roles r
where (r.rolsuper or r.rolbypassrls) and r.rolname in (current_user, session_user)
union all
select 'role ' || u.rolname || ' may become ' || r.rolname || case when r.rolsuper then ', a superuser' else ', which has BYPASSRLS' end
from pg_roles r join pg_roles u on u.rolname in (current_user, session_user)
where (r.rolsuper or r.rolbypassrls) and r.oid <> u.oid and pg_has_role(u.oid, r.oid, 'member') and not u.rolsuper
order by 1`

// usableRelations are the relations that the role may read or write.
const usableRelations = `
select n.nspname || '.' || c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity,
	pg_has_role(current_user, c.relowner, 'member') or pg_has_role(session_user, c.relowner, 'member'),
	has_table_privilege(c.oid, 'truncate'),
	coalesce((select option_value::bool from pg_options_to_table(c.reloptions) where option_name = 'security_invoker'), false),
	array(select p.polname || '' from pg_policy p where ` + appliesToRole + ` order by p.polname),
	array(select p.polcmd = '*' and not p.polpermissive from pg_policy p where ` + appliesToRole + ` order by p.polname),
	array(select coalesce(pg_get_expr(p.polqual, p.polrelid), '') from pg_policy p where ` + appliesToRole + ` order by p.polname),
	array(select coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') from pg_policy p where ` + appliesToRole + ` order by p.polname),
	array(select p.polpermissive from pg_policy p where ` + appliesToRole + ` order by p.polname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
	and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
	and has_schema_privilege(n.oid, 'usage')
	and (has_table_privilege(c.oid, 'select, insert, update, delete, truncate') or has_any_column_privilege(c.oid, 'select, insert, update'))
order by 1`

const appliesToRole = `p.polrelid = c.oid and exists (
		select from unnest(p.polroles) as r(oid) where r.oid = 0 or pg_has_role(current_user, r.oid, 'usage'))`

// relation is a row of usableRelations.
type relation struct {
	name                                   string
	kind                                   string
	enabled, forced, owned, truncate, asMe bool

	// The policies that apply to the role, side by side.
	policies    []string
	wholeTable  []bool // restrictive, and for all commands
	using       []string
	withCheck   []string
	permissives []bool
}

// checkRLS asks the server what could let the pool's role past the policies.
func checkRLS(ctx context.Context, db querier, cfg RLSConfig) error {
	rows, err := db.Query(ctx, roleProblems)
	if err != nil {
		return fmt.Errorf("tenant: ask for the role's rights: %w", scrub(err))
	}
	problems, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("tenant: ask for the role's rights: %w", scrub(err))
	}
	rows, err = db.Query(ctx, usableRelations)
	if err != nil {
		return fmt.Errorf("tenant: ask for policies: %w", scrub(err))
	}
	relations, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r relation, err error) {
		err = row.Scan(&r.name, &r.kind, &r.enabled, &r.forced, &r.owned, &r.truncate, &r.asMe,
			&r.policies, &r.wholeTable, &r.using, &r.withCheck, &r.permissives)
		return r, err
	})
	if err != nil {
		return fmt.Errorf("tenant: ask for policies: %w", scrub(err))
	}
	excepted := make(map[string]bool)
	for _, name := range cfg.Except {
		excepted[name] = false
	}
	form := policyForm(cfg.Setting)
	for _, r := range relations {
		if _, ok := excepted[r.name]; ok {
			excepted[r.name] = true
			continue
		}
		for _, problem := range r.problems(form) {
			problems = append(problems, r.name+" "+problem)
		}
	}
	for _, name := range cfg.Except {
		if !excepted[name] {
			problems = append(problems, name+" is excepted, and no relation that the role may use")
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("%w:\n\t%s", ErrUnsafeRole, strings.Join(problems, "\n\t"))
	}
	return nil
}

// problems says why policies do not confine what the role does with r.
func (r relation) problems(form *regexp.Regexp) (problems []string) {
	if r.owned {
		problems = append(problems, "belongs to the role, which may switch its policies off")
	}
	if r.truncate {
		problems = append(problems, "may be truncated by the role: policies do not see that")
	}
	switch r.kind {
	case "m":
		return append(problems, "is a materialized view: policies do not reach into it")
	case "f":
		return append(problems, "is a foreign table: it has no policies")
	case "v":
		if !r.asMe {
			problems = append(problems, "is a view without security_invoker: its owner's rights count")
		}
		return problems
	}
	switch {
	case !r.enabled:
		return append(problems, "has row-level security not enabled")
	case !r.forced:
		problems = append(problems, "has row-level security not forced")
	}
	if !r.confined(form) {
		problems = append(problems, "has no policy that compares a column with the setting, for all commands and above all others")
	}
	return problems
}

// confined reports whether no row gets past the policies without a comparison
// with the setting: a restrictive policy for all commands makes it, or every
// policy that could let a row in does.
func (r relation) confined(form *regexp.Regexp) bool {
	permissive := 0
	open := false
	for i := range r.policies {
		ok := (r.using[i] != "" || r.withCheck[i] != "") &&
			(r.using[i] == "" || form.MatchString(r.using[i])) &&
			(r.withCheck[i] == "" || form.MatchString(r.withCheck[i]))
		if r.wholeTable[i] && ok {
			return true
		}
		if r.permissives[i] {
			permissive++
			open = open || !ok
		}
	}
	return permissive > 0 && !open
}

// policyForm is a comparison of a column with the setting as PostgreSQL prints
// it. A cast that keeps all of it, nullif for the empty setting, missing_ok and
// a subquery around it, which lets the server read it once, change nothing.
func policyForm(setting string) *regexp.Regexp {
	value := `current_setting\('` + regexp.QuoteMeta(setting) + `'::text(, true)?\)`
	value = `(` + value + `|NULLIF\(` + value + `, ''::text\))`
	value = `(` + value + `|\(` + value + `\)::(uuid|bigint|integer|smallint|text|character varying))`
	value = `(` + value + `|\( SELECT ` + value + ` AS \w+\))`
	column := `([a-z_][a-z0-9_]*|"([^"]|"")+")`
	column = `(` + column + `|\(` + column + `\)::text)`
	return regexp.MustCompile(`^\(` + column + ` = ` + value + `\)$`)
}
