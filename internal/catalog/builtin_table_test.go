package catalog

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
)

var updateBuiltins = flag.Bool("update-builtins", false, "write builtin_table.go from the server, which must be PostgreSQL 15")

// tableMajor is the version of the server from which the table is written, the
// oldest one that is supported: what it has, later ones have too.
const tableMajor = 15

// contrib are the extensions of the table, which come with the server.
var contrib = []string{
	"btree_gin", "btree_gist", "citext", "cube", "earthdistance", "fuzzystrmatch", "hstore",
	"intarray", "isn", "ltree", "pg_trgm", "pgcrypto", "seg", "unaccent", "uuid-ossp",
}

// builtinServer is a database with all of contrib.
func builtinServer(t *testing.T) *pgxpool.Pool {
	var schema strings.Builder
	for _, ext := range contrib {
		fmt.Fprintf(&schema, "create extension if not exists %s cascade;\n", pgx.Identifier{ext}.Sanitize())
	}
	schema.WriteString(describeSQL + moodSQL)
	return pgtest.New(t, schema.String())
}

// describeSQL makes the views that spell types, functions and operators as the
// table does, domains as their base.
const describeSQL = `
create view ours as
	select d.classid, d.objid, e.extname
	from pg_depend d join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid and d.deptype = 'e';
create function type_ext(oid) returns text language sql as $$
	select extname::text from ours where classid = 'pg_type'::regclass and objid = $1 $$;
create function spell(oid) returns text language sql as $$
	select coalesce(type_ext(e.oid) || ':', '') || e.typname || case when e.oid = t.typelem then '[]' else '' end
	from pg_type t join pg_type e on e.oid = case
		when t.typtype = 'd' then t.typbasetype when t.typcategory = 'A' and t.typname like '\_%' then t.typelem else t.oid end
	where t.oid = $1 $$;
create view functions as
	select p.oid, p.proname::text as name, o.extname::text as ext, p.prokind, p.proretset, p.provolatile, p.proisstrict, l.lanname::text as lang,
		coalesce(a.aggkind <> 'n', false) as ordered, p.proargtypes::oid[] || p.prorettype as types,
		coalesce((select string_agg(case when n = p.pronargs and p.provariadic <> 0 then '*' || spell(p.provariadic) else spell(arg) end, ',' order by n)
			from unnest(p.proargtypes::oid[]) with ordinality u(arg, n)), '')
		|| case when p.pronargdefaults > 0 then '/' || p.pronargdefaults else '' end
		|| '>' || spell(p.prorettype) as signature
	from pg_proc p
	join pg_language l on l.oid = p.prolang
	left join pg_aggregate a on a.aggfnoid = p.oid
	left join ours o on o.classid = 'pg_proc'::regclass and o.objid = p.oid
	where p.pronamespace = 'pg_catalog'::regnamespace or o.extname is not null;
create view operators as
	select o.oprname::text as name, u.extname::text as ext, p.proisstrict, p.provolatile, l.lanname::text as lang,
		case when o.oprleft = 0 then '' else spell(o.oprleft) || ',' end || spell(o.oprright) || '>' || spell(o.oprresult) as signature,
		o.oprleft, o.oprright, o.oprresult
	from pg_operator o
	join pg_proc p on p.oid = o.oprcode
	join pg_language l on l.oid = p.prolang
	left join ours u on u.classid = 'pg_operator'::regclass and u.objid = o.oid
	where o.oprnamespace = 'pg_catalog'::regnamespace or u.extname is not null;
`

const typesSQL = `
select concat_ws(' ', t.typname, t.typcategory::text || case when t.typispreferred then '!' else '' end,
	(select string_agg(spell(c.casttarget), ' ' order by spell(c.casttarget) collate "C") from pg_cast c
	 where c.castsource = t.oid and c.castcontext = 'i' and type_ext(c.casttarget) is null)) || E'\n'
from pg_type t
where t.typnamespace = 'pg_catalog'::regnamespace and t.typcategory <> 'A' and t.typtype in ('b', 'r', 'm', 'p')
	and (t.typtype <> 'p' or t.typname ~ '^(any|record$|unknown$)')
order by t.typname collate "C"`

// functionsSQL gives the overloads of a name. WITHIN GROUP has its arguments in
// two places: for such aggregates no overload is told.
const functionsSQL = `
select concat_ws(' ', name, flags || coalesce('@' || $2, ''), signatures) || E'\n'
from (
	select name, coalesce(nullif(
			case when bool_or(prokind = 'a') then 'a' else '' end || case when bool_or(prokind = 'w') then 'w' else '' end
			|| case when bool_or(proretset) then 'r' else '' end || case when bool_or(provolatile = 'v') then 'v' else '' end
			|| case when bool_and(proisstrict and prokind = 'f') then 's' else '' end, ''), '-') as flags,
		string_agg(signature, ' ' order by signature collate "C") filter (where not ordered) as signatures
	from functions where name = any($1::text[]) and ext is not distinct from $2
	group by name
) f
order by name collate "C"`

const operatorsSQL = `
select concat_ws(' ', name, string_agg(coalesce(ext || '@', '') || signature, ' ' order by ext nulls first, signature collate "C")) || E'\n'
from operators o
where ext is null or (type_ext(oprleft) is null or type_ext(oprright) is null)
	and exists (select 1 from operators c where c.name = o.name and c.ext is null)
group by name
order by name collate "C"`

// texts returns the rows of a query of one text column.
func texts(t *testing.T, db *pgxpool.Pool, sql string, args ...any) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// extensionFuncs are the names of extensionNames by extension.
func extensionFuncs() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(extensionNames)) {
		ext, names, _ := strings.Cut(line, ":")
		m[ext] = strings.Fields(names)
	}
	return m
}

func serverMajor(t *testing.T, db *pgxpool.Pool) int {
	t.Helper()
	var version int
	if err := db.QueryRow(t.Context(), "select current_setting('server_version_num')::int / 10000").Scan(&version); err != nil {
		t.Fatal(err)
	}
	return version
}

// TestBuiltinTable compares the table with the server. A server of a later
// version may have more overloads, but every line must still be true of it.
func TestBuiltinTable(t *testing.T) {
	t.Parallel()
	db := builtinServer(t)
	functions := strings.Join(texts(t, db, functionsSQL, strings.Fields(builtinNames), nil), "")
	exts := extensionFuncs()
	for _, ext := range contrib {
		functions += strings.Join(texts(t, db, functionsSQL, exts[ext], ext), "")
	}
	got := map[string]string{
		"typeTable":     strings.Join(texts(t, db, typesSQL), ""),
		"funcTable":     functions,
		"operatorTable": strings.Join(texts(t, db, operatorsSQL), ""),
	}
	major := serverMajor(t, db)
	if *updateBuiltins {
		if major != tableMajor {
			t.Fatalf("the table is written from PostgreSQL %d, this is %d", tableMajor, major)
		}
		writeTable(t, got)
		return
	}
	for name, have := range map[string]string{"typeTable": typeTable, "funcTable": funcTable, "operatorTable": operatorTable} {
		if major == tableMajor {
			if diff := cmp.Diff(have, got[name]); diff != "" {
				t.Errorf("%s differs from the server (-table +server); run this test with -update-builtins:\n%s", name, diff)
			}
			continue
		}
		server := map[string][]string{}
		for line := range strings.Lines(got[name]) {
			w := strings.Fields(line)
			server[w[0]] = w[1:]
		}
		for line := range strings.Lines(have) {
			w := strings.Fields(line)
			for _, word := range w[1:] {
				if !strings.Contains(" "+strings.Join(server[w[0]], " ")+" ", " "+word+" ") {
					t.Errorf("%s: %s: PostgreSQL %d has no %s", name, w[0], major, word)
				}
			}
		}
	}
}

func writeTable(t *testing.T, tables map[string]string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "// Code generated by TestBuiltinTable -update-builtins from PostgreSQL %d. DO NOT EDIT.\n\npackage catalog\n", tableMajor)
	for _, c := range []struct{ name, comment string }{
		{"typeTable", "typeTable has the types of pg_catalog: name, category with ! if preferred, targets of implicit casts."},
		{"funcTable", "funcTable has the functions of builtinNames and extensionNames in the form of parseFunc."},
		{"operatorTable", "operatorTable has the operators of pg_catalog, and those of well-known extensions that share\n// their names and take a type of pg_catalog, in the form of parseOperator."},
	} {
		fmt.Fprintf(&b, "\n// %s\nconst %s = `", c.comment, c.name)
		b.WriteString(strings.ReplaceAll(tables[c.name], "`", "` + \"`\" + `"))
		b.WriteString("`\n")
	}
	if err := os.WriteFile("builtin_table.go", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// bareServer is a database without extensions.
func bareServer(t *testing.T) *pgxpool.Pool { return pgtest.New(t, describeSQL, moodSQL) }
