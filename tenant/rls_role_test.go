package tenant_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

func TestUnsafeRoles(t *testing.T) {
	t.Parallel()
	const open = `
		alter table notes enable row level security;
		alter table notes force row level security;
		grant select on notes to tenantc_app;`
	for name, c := range map[string]struct {
		schema string
		except []string
		want   string // "" where it is safe
	}{
		"safe":              {schema: policySchema},
		"no policies":       {schema: appRole + notesSchema + `grant select on notes to tenantc_app;`, want: "public.notes has row-level security not enabled"},
		"not for the role":  {schema: appRole + notesSchema},
		"not forced":        {schema: policySchema + `alter table notes no force row level security;`, want: "public.notes has row-level security not forced"},
		"owner":             {schema: policySchema + `alter table notes owner to tenantc_app;`, want: "public.notes belongs to the role"},
		"truncate":          {schema: policySchema + `grant truncate on notes to tenantc_app;`, want: "public.notes may be truncated"},
		"one column":        {schema: appRole + notesSchema + `grant select (body) on notes to tenantc_app;`, want: "not enabled"},
		"to everybody":      {schema: appRole + notesSchema + `grant select on notes to public;`, want: "not enabled"},
		"forced, no policy": {schema: appRole + notesSchema + open, want: "public.notes has no policy"},
		"permissive only":   {schema: appRole + notesSchema + open + `create policy p on notes using (tenant_id = current_setting('app.tenant_id', true)::uuid);`},
		"two permissive": {schema: appRole + notesSchema + open + `
			create policy p on notes using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
			create policy q on notes for select using (body = 'public');`, want: "has no policy"},
		"another role's": {schema: appRole + notesSchema + open + `
			create policy p on notes using (tenant_id = current_setting('app.tenant_id')::uuid);
			create policy q on notes to postgres using (true);`},
		"restrictive for one command": {schema: appRole + notesSchema + open + `
			create policy p on notes as restrictive for select using (tenant_id = current_setting('app.tenant_id')::uuid);
			create policy q on notes using (true);`, want: "has no policy"},
		"another setting": {schema: appRole + notesSchema + open + `
			create policy p on notes as restrictive using (tenant_id = current_setting('app.tenant')::uuid);`, want: "has no policy"},
		"a cast that cuts": {schema: appRole + notesSchema + open + `alter table notes add slug text;
			create policy p on notes as restrictive using (slug = current_setting('app.tenant_id')::varchar(4));`, want: "has no policy"},
		"a cast that cuts names": {schema: appRole + notesSchema + open + `alter table notes add slug text;
			create policy p on notes as restrictive using (slug = current_setting('app.tenant_id')::name);`, want: "has no policy"},
		"text": {schema: appRole + notesSchema + open + `alter table notes add slug varchar(20);
			create policy p on notes as restrictive using (slug = (select current_setting('app.tenant_id')));`},
		"or": {schema: appRole + notesSchema + open + `
			create policy p on notes as restrictive using (tenant_id = current_setting('app.tenant_id')::uuid or body = '');`, want: "has no policy"},
		"lax check": {schema: appRole + notesSchema + open + `
			create policy p on notes as restrictive using (tenant_id = current_setting('app.tenant_id')::uuid) with check (true);`, want: "has no policy"},
		"insert only": {schema: appRole + notesSchema + open + `grant insert on notes to tenantc_app;
			create policy p on notes for insert with check (tenant_id = current_setting('app.tenant_id')::uuid);`},
		"materialized view": {schema: policySchema + `create materialized view m as select * from notes; grant select on m to tenantc_app;`, want: "public.m is a materialized view"},
		"view":              {schema: policySchema + `create view w as select * from notes; grant select on w to tenantc_app;`, want: "public.w is a view without security_invoker"},
		"invoker's view":    {schema: policySchema + `create view w with (security_invoker = true) as select * from notes; grant select on w to tenantc_app;`},
		"excepted":          {schema: policySchema + `create table plans (id int); grant select on plans to tenantc_app;`, except: []string{"public.plans"}},
		"not excepted":      {schema: policySchema + `create table plans (id int); grant select on plans to tenantc_app;`, want: "public.plans has row-level security not enabled"},
		"excepted nothing":  {schema: policySchema, except: []string{"public.plan"}, want: "public.plan is excepted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := newPool(t, appConfig(t, pgtest.DSN(t, c.schema)))
			_, err := tenant.NewSharedRLS(t.Context(), pool, tenant.RLSConfig{Except: c.except})
			if c.want == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if !errors.Is(err, tenant.ErrUnsafeRole) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// The test's own roles are above policies, and so is who may become one.
func TestUnsafeRights(t *testing.T) {
	t.Parallel()
	const roles = `
		do $$ begin create role tenantc_bypass login bypassrls; exception when duplicate_object or unique_violation then null; end $$;
		do $$ begin create role tenantc_member login in role tenantc_bypass; exception when duplicate_object or unique_violation then null; end $$;`
	dsn := pgtest.DSN(t, policySchema, roles)
	for user, want := range map[string]string{
		"postgres":       "role postgres is a superuser",
		"tenantc_bypass": "role tenantc_bypass has BYPASSRLS",
		"tenantc_member": "role tenantc_member may become tenantc_bypass, which has BYPASSRLS",
	} {
		cfg := appConfig(t, dsn)
		cfg.ConnConfig.User = user
		_, err := tenant.NewSharedRLS(t.Context(), newPool(t, cfg), tenant.RLSConfig{})
		if !errors.Is(err, tenant.ErrUnsafeRole) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v\nwant %s", user, err, want)
		}
	}
	// A session that has put on the application's role can take it off.
	cfg := appConfig(t, dsn)
	cfg.ConnConfig.User = "postgres"
	cfg.ConnConfig.RuntimeParams["role"] = "tenantc_app"
	_, err := tenant.NewSharedRLS(t.Context(), newPool(t, cfg), tenant.RLSConfig{})
	if !errors.Is(err, tenant.ErrUnsafeRole) || !strings.Contains(err.Error(), "role postgres is a superuser") {
		t.Errorf("a superuser in disguise: %v", err)
	}
	for _, name := range []string{"tenant_id", "app.x' , true)--", "App.tenant"} {
		_, err := tenant.NewSharedRLS(t.Context(), newPool(t, appConfig(t, dsn)), tenant.RLSConfig{Setting: name})
		if err == nil || errors.Is(err, tenant.ErrUnsafeRole) {
			t.Errorf("setting %s: %v", name, err)
		}
	}
}
