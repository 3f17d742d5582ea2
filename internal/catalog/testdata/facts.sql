-- One line a fact of the schema, in the words of postgres_test.go.
with rel as (
    select c.*, format('%s.%s', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
), col as (
    select a.*, row_number() over (partition by a.attrelid order by a.attnum) as place
    from pg_attribute a
    where a.attnum > 0 and not a.attisdropped
), typ as (
    select t.oid, case when t.typcategory = 'A' and t.typelem <> 0 then
        (select format('%s.%s[]', en.nspname, e.typname) from pg_type e join pg_namespace en on en.oid = e.typnamespace where e.oid = t.typelem)
        else format('%s.%s', n.nspname, t.typname) end as name
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
), own_type as (
    select t.*, format('%s.%s', n.nspname, t.typname) as name
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and not exists (select 1 from pg_depend d where d.objid = t.oid and d.deptype = 'e')
)
select format('relation %s %s rls %s forced %s partition %s', name, relkind, case when relrowsecurity then 'true' else 'false' end, case when relforcerowsecurity then 'true' else 'false' end, case when relispartition then 'true' else 'false' end)
from rel where relkind in ('r', 'p', 'f', 'v', 'm')
union all
select format('column %s %s %s %s notnull %s default %s identity %s generated %s', r.name, c.place, c.attname, t.name, case when c.attnotnull then 'true' else 'false' end,
    case when c.atthasdef and c.attgenerated = '' then 'true' else 'false' end, c.attidentity, case when c.attgenerated <> '' then 'true' else 'false' end)
from rel r join col c on c.attrelid = r.oid join typ t on t.oid = c.atttypid where r.relkind in ('r', 'p', 'f')
union all
select format('column %s %s %s', r.name, c.place, c.attname)
from rel r join col c on c.attrelid = r.oid where r.relkind in ('v', 'm')
union all
select format('viewtype %s %s %s', r.name, c.attname, t.name)
from rel r join col c on c.attrelid = r.oid join typ t on t.oid = c.atttypid where r.relkind = 'm'
union all
select format('collation %s %s %s %s', r.name, c.attname, k.collname, case when k.collisdeterministic then 'true' else 'false' end)
from rel r join col c on c.attrelid = r.oid join pg_collation k on k.oid = c.attcollation
where r.relkind in ('r', 'p', 'f') and k.collname <> 'default' and c.atttypid <> 'name'::regtype
union all
select format('index %s %s (%s) unique %s primary %s immediate %s nullsnotdistinct %s partial %s constraint %s valid %s', r.name, i.relname,
    (select string_agg(coalesce(a.attname::text, '-'), ',' order by k.n) from unnest(x.indkey::int2[]) with ordinality k(attnum, n)
     left join pg_attribute a on a.attrelid = r.oid and a.attnum = k.attnum and k.attnum > 0 where k.n <= x.indnkeyatts),
    case when x.indisunique then 'true' else 'false' end, case when x.indisprimary then 'true' else 'false' end, case when x.indimmediate then 'true' else 'false' end, case when x.indnullsnotdistinct then 'true' else 'false' end, case when x.indpred is not null then 'true' else 'false' end,
    case when exists (select 1 from pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x')) then 'true' else 'false' end, case when x.indisvalid or not x.indisunique then 'true' else 'false' end)
from rel r join pg_index x on x.indrelid = r.oid join pg_class i on i.oid = x.indexrelid
union all
select format('fk %s %s (%s) to %s (%s) delete %s update %s set (%s) full %s deferrable %s valid %s', r.name, k.conname, (select string_agg(a.attname::text, ',' order by u.n) from unnest(k.conkey) with ordinality u(attnum, n) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum),
    f.name, (select string_agg(a.attname::text, ',' order by u.n) from unnest(k.confkey) with ordinality u(attnum, n) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum), k.confdeltype, k.confupdtype, (select string_agg(a.attname::text, ',' order by u.n) from unnest(k.confdelsetcols) with ordinality u(attnum, n) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum),
    case when k.confmatchtype = 'f' then 'true' else 'false' end, case when k.condeferrable then 'true' else 'false' end, case when k.convalidated then 'true' else 'false' end)
from pg_constraint k join rel r on r.oid = k.conrelid join rel f on f.oid = k.confrelid
where k.contype = 'f' and not exists (select 1 from pg_constraint p where p.oid = k.conparentid and p.conrelid = k.conrelid)
union all
select format('check %s', r.name) from pg_constraint k join rel r on r.oid = k.conrelid where k.contype = 'c'
union all
select format('parent %s %s', c.name, p.name) from pg_inherits i join rel c on c.oid = i.inhrelid join rel p on p.oid = i.inhparent
where c.relkind in ('r', 'p', 'f')
union all
select format('trigger %s %s before %s row %s instead %s insert %s delete %s update %s truncate %s enabled %s', r.name, t.tgname, case when t.tgtype & 2 <> 0 then 'true' else 'false' end,
    case when t.tgtype & 1 <> 0 then 'true' else 'false' end, case when t.tgtype & 64 <> 0 then 'true' else 'false' end, case when t.tgtype & 4 <> 0 then 'true' else 'false' end, case when t.tgtype & 8 <> 0 then 'true' else 'false' end, case when t.tgtype & 16 <> 0 then 'true' else 'false' end,
    case when t.tgtype & 32 <> 0 then 'true' else 'false' end, case when t.tgenabled in ('O', 'A') then 'true' else 'false' end)
from pg_trigger t join rel r on r.oid = t.tgrelid where not t.tgisinternal
union all
select format('rule %s %s', r.name, w.rulename) from pg_rewrite w join rel r on r.oid = w.ev_class where w.rulename <> '_RETURN'
union all
select format('policy %s %s %s using %s check %s', r.name, p.polname, case when p.polpermissive then 'true' else 'false' end, case when p.polqual is not null then 'true' else 'false' end, case when p.polwithcheck is not null then 'true' else 'false' end)
from pg_policy p join rel r on r.oid = p.polrelid
union all
select format('enum %s %s', t.name, (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
from own_type t where t.typtype = 'e'
union all
select format('domain %s %s notnull %s checks %s', t.name, regexp_replace(b.name, '\[\]$', ''), case when t.typnotnull then 'true' else 'false' end,
    (select count(*) from pg_constraint k where k.contypid = t.oid and k.contype = 'c'))
from own_type t join typ b on b.oid = t.typbasetype where t.typtype = 'd'
union all
select format('composite %s %s', r.name, (select string_agg(c.attname::text, ',' order by c.attnum) from col c where c.attrelid = r.oid))
from rel r where r.relkind = 'c'
union all
select format('range %s', t.name) from own_type t where t.typtype in ('r', 'm')
union all
select format('function %s.%s %s inputs %s language %s volatile %s definer %s settings %s set %s', n.nspname, p.proname, p.prokind, p.pronargs, l.lanname,
    p.provolatile, case when p.prosecdef then 'true' else 'false' end, case when exists (select from unnest(p.proconfig) c where c !~ '^search_path=(pg_catalog)?(, |public|pg_temp|"")*$') then 'true' else 'false' end, case when p.proretset then 'true' else 'false' end)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
where n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype in ('e', 'i'))
