package diag

// The schema codes. TC20 is about reading the DDL, TC21 about the tenancy of
// relations, TC22 about what the schema lets tenants notice, and TC23 about
// assumptions that a proof needs and the schema does not keep.
const (
	CodeSchemaSyntax     Code = "TC2001"
	CodeMigrationOrder   Code = "TC2002"
	CodeUnknownStatement Code = "TC2003"
	CodeNoSuchObject     Code = "TC2004"
	CodeDuplicateObject  Code = "TC2005"
	CodeUnknownType      Code = "TC2006"
	CodeUnknownColumns   Code = "TC2007"
	CodeTemporary        Code = "TC2008"
	CodeForeignKey       Code = "TC2009"
	CodeInheritance      Code = "TC2010"
	CodeSearchPath       Code = "TC2011"
	CodeDynamicDDL       Code = "TC2012"
	CodeMigrationMarker  Code = "TC2013"
	CodeMigrationNumber  Code = "TC2014"

	CodeTenancyNoSuch       Code = "TC2101"
	CodeTenancyContradicted Code = "TC2102"
	CodeTenantNullable      Code = "TC2103"
	CodeTenantType          Code = "TC2104"
	CodeTenantRounds        Code = "TC2105"
	CodeVia                 Code = "TC2106"
	CodeTenancyMixed        Code = "TC2107"
	CodeRootKey             Code = "TC2108"
	CodeUnclassifiedGlobal  Code = "TC2109"
	CodeTenantCollation     Code = "TC2110"
	CodeConsistent          Code = "TC2111"
	CodeElsewhere           Code = "TC2112" // with isolation: database
	CodeTenantless          Code = "TC2113" // a warning, with isolation: database

	CodeExistenceOracle  Code = "TC2201"
	CodeApproximateIndex Code = "TC2202"

	CodeAssumeReference Code = "TC2301"
	CodeAssumeCascade   Code = "TC2302"
	CodeAssumeTrigger   Code = "TC2303"
	CodeAssumeRule      Code = "TC2304"
	CodeAssumeDefault   Code = "TC2305"
	CodeAssumeExtension Code = "TC2306"
)

var schemaCodes = []Info{
	{
		Code:  CodeSchemaSyntax,
		Title: "a schema file does not parse",
		Text: "The file breaks PostgreSQL's grammar. The down part of a migration, psql's backslash lines and the rows of COPY are left " +
			"out before parsing; everything else must be SQL.",
		Before: "create table users (id uuid primary key,);",
		After:  "create table users (id uuid primary key);",
	},
	{
		Code:  CodeMigrationOrder,
		Title: "a migration's up part stands below its down part",
		Text: "sqlc reads a migration up to its down marker. A migration tool runs an up part wherever it stands, so the database would have " +
			"what neither sqlc nor tenantc has seen.",
		Before: "-- +goose Down\ndrop table users;\n-- +goose Up\ncreate table users (id uuid primary key);",
		After:  "-- +goose Up\ncreate table users (id uuid primary key);\n-- +goose Down\ndrop table users;",
	},
	{
		Code:  CodeUnknownStatement,
		Title: "a statement of the schema is not understood",
		Text: "A proof leans on keys, foreign keys, triggers and functions. A statement that might change one of them in a way that tenantc " +
			"does not follow is refused by name. Statements about rights, owners, storage, statistics, replication and rows are known to be harmless.",
		Before: "import foreign schema public from server archive into archive;",
		After:  "create foreign table archive.users (id uuid, tenant_id uuid) server archive;",
	},
	{
		Code:  CodeNoSuchObject,
		Title: "the schema speaks of something that it has not made",
		Text: "Each statement is read against what the earlier ones have made. Migrations are read in the order of their file names, " +
			"in which 10_ sorts before 2_.",
		Before: "alter table user add column age int;",
		After:  "alter table users add column age int;",
	},
	{
		Code:  CodeDuplicateObject,
		Title: "the schema makes something twice",
		Text: "PostgreSQL would refuse the second statement. Often the folder holds a dump of the whole schema beside the migrations that " +
			"lead to it: keep one of the two in sqlc.yaml.",
		Before: "create table users (id uuid);\ncreate table users (id uuid, name text);",
		After:  "create table users (id uuid);\nalter table users add column name text;",
	},
	{
		Code:  CodeUnknownType,
		Title: "a type is not known",
		Text: "The type is neither built in, nor one of a well-known extension, nor made by an earlier statement of the schema. A column of an " +
			"unknown type could not be compared in a proof.",
		Before: "create table tickets (state mood);",
		After:  "create type mood as enum ('open', 'done');\ncreate table tickets (state mood);",
	},
	{
		Code:  CodeUnknownColumns,
		Title: "a table takes its columns from a query",
		Text: "CREATE TABLE AS, SELECT INTO and LIKE of a view leave it to the server which columns a table has, of which types. The schema is " +
			"read without a server. A table of the first two kinds is passed over while no query and no key names it; a foreign key of its own " +
			"would act on it, so its columns have to be written.",
		Before: "create table archive as select * from documents;\nalter table archive add foreign key (id) references documents (id);",
		After:  "create table archive (like documents);\ninsert into archive select * from documents;",
	},
	{
		Code:  CodeTemporary,
		Title: "a temporary table hides a table",
		Text: "A temporary table lives as long as the session of its migration, and is passed over. One with the name of a table hides that table, " +
			"so which of the two the statements behind it mean depends on the session.",
		Before: "create temp table users (id uuid);",
		After:  "create temp table users_to_merge (id uuid);",
	},
	{
		Code:  CodeForeignKey,
		Title: "a foreign key is not one that PostgreSQL accepts",
		Text: "A foreign key refers to a primary key, a unique constraint or a unique index without WHERE, column for column. Without it " +
			"there is no such foreign key in the database, and no proof may use it.",
		Before: "create table documents (tenant_id uuid, owner_id uuid, foreign key (tenant_id, owner_id) references users (tenant_id, id));",
		After: "alter table users add unique (tenant_id, id);\n" +
			"create table documents (tenant_id uuid, owner_id uuid, foreign key (tenant_id, owner_id) references users (tenant_id, id));",
	},
	{
		Code:  CodeInheritance,
		Title: "a table cannot be the child of another in this way",
		Text:  "INHERITS takes plain tables, PARTITION OF and ATTACH PARTITION take a partitioned one, and a table is not its own descendant.",
	},
	{
		Code:  CodeSearchPath,
		Title: "the schema changes the search path",
		Text: "A name without a schema is read as one of public, in the schema files and in the queries. A migration that sets another " +
			"path would give the same names another meaning. An empty path, as pg_dump writes it, and one that leads to public first are accepted.",
		Before: "set search_path to app;\ncreate table users (id uuid);",
		After:  "create table app.users (id uuid);",
	},
	{
		Code:  CodeDynamicDDL,
		Title: "the schema is changed by code",
		Text: "A DO block or a function decides at run time which statements it runs. Followed are loops over a list or numbers that are " +
			"written there, conditions that ask the catalogs for an object by its name, and texts put together by format() and || of what is " +
			"known. What may or may not run, as under another condition or an exception handler, can only be what no proof rests on: rows, " +
			"rights, policies, extensions, triggers, partitions, indexes that are not unique. A migration that has run is not edited any more: " +
			"trust: {migrations: […]}, with the name that the finding prints, passes the statement over. Its name holds a fingerprint of its " +
			"text, so that a changed one is asked about again. What it leaves behind has to be said elsewhere in the schema.",
		Before: "do $$ begin\n  if random() > 0.5 then alter table users add column age int; end if;\nend $$;",
		After:  "alter table users add column age int;",
	},
	{
		Code:  CodeMigrationMarker,
		Title: "a line that may begin the down part of a migration",
		Text: "sqlc and tenantc read a migration up to the line with which its down part begins. goose and dbmate also take other spellings for " +
			"that line, with other blanks. There they stop, and what follows would count for the queries and not for the database: a key, say, " +
			"that the down part makes again.",
		Before: "--+goose Down\nalter table users add unique (id);",
		After:  "-- +goose Down\nalter table users add unique (id);",
	},
	{
		Code:  CodeMigrationNumber,
		Title: "migrations are read in another order than that of their numbers",
		Text: "Files are read in the order of their names, as sqlc does, in which 10_ comes before 2_. Most migration tools run them by number. " +
			"Where the orders differ, what one migration makes and a later one takes away would still be there for the proofs.",
		Before: "10_drop_key.sql, 2_add_key.sql",
		After:  "02_add_key.sql, 10_drop_key.sql",
	},
	{
		Code:   CodeTenancyNoSuch,
		Title:  "a tenancy declaration names something that the schema has not",
		Text:   "A table, column, foreign key or dimension in sqlc.yaml's tenancy section, or in a model's tag, must exist. A misspelt name would leave the table unprotected in silence.",
		Before: "tables:\n  line_item: {via: order_id}",
		After:  "tables:\n  line_items: {via: order_id}",
	},
	{
		Code:  CodeTenancyContradicted,
		Title: "two declarations give a relation different tenancy",
		Text: "sqlc.yaml, the model's tag and the columns each say whose rows a relation holds. They must agree: a table with a tenant column is " +
			"nobody's data only when both a person and the schema say so.",
		Before: "tables:\n  users: {global: true, via: org_id}",
		After:  "tables:\n  users: {via: org_id}",
	},
	{
		Code:  CodeTenantNullable,
		Title: "a tenant column may be NULL",
		Text: "A row without a tenant belongs to nobody: no query of a tenant sees it, and a filter that treats NULL as everybody's shows it to all. " +
			"If NULL is meant, say what it means: nulls: nobody, or nulls: everybody for one table.",
		Before: "create table documents (id uuid primary key, tenant_id uuid references tenants);",
		After:  "create table documents (id uuid primary key, tenant_id uuid not null references tenants);",
	},
	{
		Code:  CodeTenantType,
		Title: "the tenant columns of a dimension differ in type",
		Text: "Equality is transitive only within one class of types: smallint, int and bigint; text and varchar; otherwise the type itself. " +
			"Two tenant columns of different classes tie nothing to each other, and an assignment between them can change the tenant.",
		Before: "tenants.id bigint, orders.tenant_id numeric",
		After:  "tenants.id bigint, orders.tenant_id bigint",
	},
	{
		Code:  CodeTenantRounds,
		Title: "a tenant column's type rounds or cuts",
		Text: "numeric(p, s), timestamp(p), char(n) and their like change a value when it is stored, and two varchar(n) of different n hold different " +
			"values for one tenant: 1.6 becomes tenant 2, and 'abc  ' becomes 'abc'.",
		Before: "tenant_id numeric(10, 0) not null",
		After:  "tenant_id numeric not null",
	},
	{
		Code:  CodeVia,
		Title: "a table cannot be owned through this foreign key",
		Text: "via names the columns of exactly one foreign key. It must hold for every row: validated, enforced, not deferrable, its columns NOT NULL, and " +
			"lead, perhaps over other such tables, to one that has the tenant column or is the tenants table.",
		Before: "line_items.order_id bigint references orders (id)",
		After:  "line_items.order_id bigint not null references orders (id)",
	},
	{
		Code:  CodeTenancyMixed,
		Title: "a table and its child or partition differ in tenancy",
		Text: "A query that names a table reads its children and partitions too. If these belong to tenants and the table does not, or by another column, " +
			"a filter that is right for the one is wrong for the other.",
		Before: "create table templates (id int);  -- global\ncreate table tenant_templates (tenant_id uuid) inherits (templates);",
		After:  "create table templates (id int);\ncreate table tenant_templates (tenant_id uuid not null, id int);",
	},
	{
		Code:   CodeRootKey,
		Title:  "the root of a dimension has no key that names the tenant",
		Text:   "The root is the table of the tenants. Its primary key has one column, and the value of that column is the tenant's id.",
		Before: "create table tenants (id uuid, name text);",
		After:  "create table tenants (id uuid primary key, name text);",
	},
	{
		Code:  CodeUnclassifiedGlobal,
		Title: "a table counts as nobody's data because nothing else is declared",
		Text: "With unclassified: global every table without a tenant column and without a declaration may be read and written across tenants. " +
			"Each of them is listed, so that a new table does not join them unseen.",
		After: "tables:\n  countries: {global: true}",
	},
	{
		Code:  CodeTenantCollation,
		Title: "a tenant column has a collation under which different texts are equal",
		Text: "Under a nondeterministic collation 'Acme' = 'ACME' may be true, so that an equality with the tenant's id matches another tenant's rows. " +
			"An equality on such a column proves nothing. A collation that neither PostgreSQL nor the schema has may be of that kind.",
		Before: "tenant_slug text collate case_insensitive not null",
		After:  "tenant_slug text not null",
	},
	{
		Code:  CodeConsistent,
		Title: "a consistent declaration names no foreign key that could be",
		Text: "consistent: [table.column] says of an id-only foreign key that it never crosses tenants. The column must be that of one foreign key, " +
			"which is validated and not deferrable: otherwise not even the reference itself is certain.",
		Before: "consistent: [documents.owner]",
		After:  "consistent: [documents.owner_id]",
	},
	{
		Code:  CodeElsewhere,
		Title: "rows of another database come into a tenant's own",
		Text: "With isolation: database a tenant's rows are told apart by the database in which they lie and by nothing else. A foreign table reads " +
			"from another server, and a subscription fills tables from another database: what comes from there may be anybody's. A foreign table " +
			"of data that belongs to nobody is declared global.",
		Before: "create foreign table invoices (id bigint) server billing;",
		After:  "tables: {invoices: {global: true}}",
	},
	{
		Code:  CodeTenantless,
		Title: "a column that looks like the tenant's says nothing",
		Text: "With isolation: database the tenant's id chooses the database and does no more: statements do not compare it with a column, and generated " +
			"methods take one as a value like any other. A schema in which each row names its tenant is served by isolation: row, in shared tables and in databases " +
			"of one tenant alike, with the predicate as well as the database.",
		Before: "isolation: database",
		After:  "isolation: row",
	},
	{
		Code:  CodeExistenceOracle,
		Title: "a key lets one tenant notice another's values",
		Text: "A unique key over all tenants fails exactly when some tenant has the value already: an insert that is confined to one tenant " +
			"then answers a question about another's data, one bit at a time. Keys whose values only gen_random_uuid(), uuidv7() or " +
			"GENERATED ALWAYS AS IDENTITY supply are left alone, and so are the tenants table's own. Keys that hold a uuid " +
			"share one warning, since who asks has to know the value; `tenantc dump -stage=catalog` marks each key that reaches over all tenants.",
		Before: "email text not null unique",
		After:  "email text not null, unique (tenant_id, email)",
	},
	{
		Code:  CodeApproximateIndex,
		Title: "an approximate index mixes tenants",
		Text: "ivfflat and hnsw find some of the nearest rows of the whole table and filter them afterwards: other tenants' rows crowd out one's " +
			"own, so their number and kind shows in what is missing. Partition the table by tenant, or index a part of it.",
		Before: "create index on chunks using hnsw (embedding vector_cosine_ops);",
	},
	{
		Code:  CodeAssumeReference,
		Title: "a statement needs a foreign key to stay within the tenant",
		Text: "The foreign key refers by id alone, so a row of one tenant may point to a row of another. Put the tenant column into it, or declare " +
			"under trust: consistent that the application keeps it.",
		Before: "owner_id bigint references users (id)",
		After:  "foreign key (tenant_id, owner_id) references users (tenant_id, id)",
	},
	{
		Code:  CodeAssumeCascade,
		Title: "a foreign key's action may reach another tenant's rows",
		Text: "A delete or a change of key runs the actions of the foreign keys that refer to the row, whosever rows they stand on. Where the key " +
			"has no tenant column, these may be another tenant's.",
		Before: "folder_id bigint references folders (id) on delete cascade",
		After:  "foreign key (tenant_id, folder_id) references folders (tenant_id, id) on delete cascade",
	},
	{
		Code:  CodeAssumeTrigger,
		Title: "a trigger's effect is not known",
		Text: "A trigger runs with every write and may read or write any tenant's rows. A BEFORE ROW trigger that only assigns harmless " +
			"expressions to columns other than the tenant's and the keys' is recognized; any other must be declared under trust: triggers.",
		Before: "create trigger number before insert on invoices for each row execute function next_number();",
		After:  "trust:\n  triggers: [number]",
	},
	{
		Code:   CodeAssumeRule,
		Title:  "a rewrite rule's effect is not known",
		Text:   "A rule adds statements to a write, or replaces it, without a trace in the query's text. Use a trigger that can be recognized or declared instead.",
		Before: "create rule log as on update to counters do also delete from documents;",
	},
	{
		Code:  CodeAssumeDefault,
		Title: "a default, check, computed column, index or operator class runs a function that is not known",
		Text: "Such an expression runs with every write, and an operator class with every comparison of its type. A function that reads tables in it shows one tenant what others have: a number that is one " +
			"more than everybody's rows, a check that fails because another tenant has the code.",
		Before: "number bigint not null default next_ticket()",
		After:  "number bigint not null",
	},
	{
		Code:  CodeAssumeExtension,
		Title: "an extension is not known",
		Text: "An extension may bring operators and casts that change what an equality means. Well-known ones are on a list; a proof that rests on " +
			"equality under another one says so.",
		Before: "create extension my_operators;",
		After:  "trust:\n  extensions: [my_operators]",
	},
}
