package diag

// The query codes. Those up to TC3049 speak of the file and of what sqlc makes
// of it, those from TC3101 on of names and constructs in a statement.
const (
	CodeQuerySyntax      Code = "TC3001"
	CodeQueryUnnamed     Code = "TC3002"
	CodeQueryName        Code = "TC3003"
	CodeQueryCommand     Code = "TC3004"
	CodeQueryDuplicate   Code = "TC3005"
	CodeQueryTrailing    Code = "TC3006"
	CodeQueryNoStatement Code = "TC3007"
	CodeQueryNameHidden  Code = "TC3008"
	CodeQueryEmpty       Code = "TC3009"
	CodeQuerySemicolon   Code = "TC3010"
	CodeQueryStripped    Code = "TC3011"
	CodeStatementKind    Code = "TC3012"
	CodeCommandShape     Code = "TC3013"

	CodeMacro        Code = "TC3020"
	CodeLiteralAt    Code = "TC3021"
	CodeParamNumbers Code = "TC3022"

	CodeDeclaration      Code = "TC3030"
	CodeDeclarationParam Code = "TC3031"
	CodeDeclarationPlace Code = "TC3032"
	CodeFilter           Code = "TC3033"

	CodeUnknownRelation   Code = "TC3101"
	CodeUnknownColumn     Code = "TC3102"
	CodeAmbiguous         Code = "TC3103"
	CodeReference         Code = "TC3104"
	CodeSystemRelation    Code = "TC3105"
	CodeSystemColumn      Code = "TC3106"
	CodeColumnCount       Code = "TC3107"
	CodeQueryType         Code = "TC3108"
	CodeUnknownConstraint Code = "TC3109"
	CodeRecursion         Code = "TC3110"
	CodeView              Code = "TC3111"
	CodeConstruct         Code = "TC3112"
)

var queryCodes = []Info{
	{
		Code:   CodeQuerySyntax,
		Title:  "a statement does not parse",
		Text:   "The text breaks PostgreSQL's grammar. The other statements of the file are read all the same, unless a literal or comment that never ends swallows them.",
		Before: "-- name: GetUser :one\nselect * from users were id = @id;",
		After:  "-- name: GetUser :one\nselect * from users where id = @id;",
	},
	{
		Code:   CodeQueryUnnamed,
		Title:  "a statement has no name",
		Text:   "sqlc emits a method for each name, and drops a statement without one in silence.",
		Before: "select * from users;",
		After:  "-- name: ListUsers :many\nselect * from users;",
	},
	{
		Code:  CodeQueryName,
		Title: "a name line is malformed",
		Text: "A query's name stands on a line of its own, in its first column: two dashes, a space, name, a colon, the name, the command, " +
			"with one space between them. The name becomes a Go method's. sqlc refuses other spellings, or does not see them.",
		Before: "--name: get-user",
		After:  "-- name: GetUser :one",
	},
	{
		Code:  CodeQueryCommand,
		Title: "a query's command is missing or unknown",
		Text: "The command says what the method returns: :one, :many, :exec, :execrows, :execresult, :copyfrom, :batchexec, :batchone, :batchmany. " +
			"sqlc also knows :execlastid, for which it emits no method on pgx.",
		Before: "-- name: GetUser :single",
		After:  "-- name: GetUser :one",
	},
	{
		Code:   CodeQueryDuplicate,
		Title:  "two queries have one name",
		Text:   "Each query becomes a method, and the names share one package, also across files.",
		Before: "-- name: GetUser :one\n…\n-- name: GetUser :many\n…",
		After:  "-- name: GetUser :one\n…\n-- name: ListUsers :many\n…",
	},
	{
		Code:   CodeQueryTrailing,
		Title:  "a second statement stands under one name",
		Text:   "sqlc emits the first and drops the second in silence, so what was written would not run.",
		Before: "-- name: Clear :exec\nupdate users set role = ''; delete from sessions;",
		After:  "-- name: ClearRoles :exec\nupdate users set role = '';\n\n-- name: ClearSessions :exec\ndelete from sessions;",
	},
	{
		Code:   CodeQueryNoStatement,
		Title:  "a name has no statement",
		Text:   "Nothing follows the name line but comments, and no method would be emitted.",
		Before: "-- name: GetUser :one",
		After:  "-- name: GetUser :one\nselect * from users where id = @id;",
	},
	{
		Code:  CodeQueryNameHidden,
		Title: "a name line stands where no name is meant",
		Text: "sqlc looks for lines that begin like a name line without reading the SQL around them: it finds them inside string literals, " +
			"block comments and statements, takes the first one, and removes every one from the text.",
		Before: "-- name: Insert :exec\ninsert into notes (body) values ('\n-- name: Other :one\n');",
		After:  "-- name: Insert :exec\ninsert into notes (body) values (@body);",
	},
	{
		Code:  CodeQueryEmpty,
		Title: "a query file has no query",
		Text:  "The file is read and gives nothing. A warning.",
	},
	{
		Code:   CodeQuerySemicolon,
		Title:  "a statement does not end in a semicolon",
		Text:   "sqlc refuses a file whose last statement has none.",
		Before: "-- name: GetUser :one\nselect * from users where id = @id",
		After:  "-- name: GetUser :one\nselect * from users where id = @id;",
	},
	{
		Code:  CodeQueryStripped,
		Title: "sqlc would remove a line that is no comment",
		Text: "From the text that it emits sqlc takes every line that begins with two dashes or #, and every line that begins with /* and " +
			"ends with */. Inside a string literal, or with SQL between two comments, that changes the statement.",
		Before: "select * from docs where\n/* mine */ tenant_id = @t /* only */\n;",
		After:  "select * from docs where\n  tenant_id = @t -- mine only\n;",
	},
	{
		Code:  CodeStatementKind,
		Title: "a kind of statement is not accepted",
		Text: "SELECT, VALUES, TABLE, INSERT, UPDATE and DELETE can be proven. MERGE, TRUNCATE, LOCK, COPY, EXPLAIN, DDL, DO, CALL, SELECT INTO, " +
			"WHERE CURRENT OF and writing through a view cannot: what they read or write does not stand in the statement.",
		Before: "truncate documents;",
		After:  "delete from documents where tenant_id = @tenant_id;",
	},
	{
		Code:   CodeCommandShape,
		Title:  "a command does not fit its statement",
		Text:   ":one and :many need rows, so a writing statement needs RETURNING; :batch… needs a parameter; :copyfrom is a plain INSERT of one row of parameters.",
		Before: "-- name: Promote :one\nupdate users set role = 'admin' where id = @id;",
		After:  "-- name: Promote :execrows\nupdate users set role = 'admin' where id = @id;",
	},
	{
		Code:  CodeMacro,
		Title: "a macro is written in a way that sqlc misreads",
		Text: "sqlc replaces @name and sqlc.arg(name) in the text by the number of bytes that it thinks they have. Spaces, quotes, a second cast " +
			"or an operator that binds more tightly than @ lead it to another text than the one that was written.",
		Before: "limit @size * 2",
		After:  "limit sqlc.arg(size) * 2",
	},
	{
		Code:  CodeLiteralAt,
		Title: "an @ would reach PostgreSQL as it stands",
		Text: "@x is a parameter only where the grammar reads @ as an operator before a name. In a=@x the operator is =@, and in MERGE sqlc does " +
			"not look. PostgreSQL reads what is left as the absolute value of a column.",
		Before: "where a=@x",
		After:  "where a = @x",
	},
	{
		Code:   CodeParamNumbers,
		Title:  "the numbers of the parameters have a gap",
		Text:   "$1, $2, … are numbered without gaps. Named parameters take the lowest free numbers and do not fill a gap among the written ones.",
		Before: "where id = $1 and name = $3",
		After:  "where id = $1 and name = $2",
	},
	{
		Code:  CodeDeclaration,
		Title: "a declaration about the tenant is not understood",
		Text: "A comment line that begins with tenant: says one of: $1 or @name, the parameter that carries the tenant; none; by DIMENSION; filter TABLE ALIAS; " +
			"unscoped CATEGORY: reason, the categories being admin, background, login, public, migration, other; existence: reason.",
		Before: "-- tenant: unscoped: for the back office",
		After:  "-- tenant: unscoped admin: lists tenants for the back office",
	},
	{
		Code:   CodeDeclarationParam,
		Title:  "a declaration names a parameter that the statement does not have",
		Text:   "The line says which parameter carries the tenant. The statement uses no such parameter.",
		Before: "-- tenant: $2\nselect * from users where tenant_id = $1;",
		After:  "-- tenant: $1\nselect * from users where tenant_id = $1;",
	},
	{
		Code:   CodeDeclarationPlace,
		Title:  "a declaration stands in the wrong place",
		Text:   "Declarations are comment lines above the query's name, or between the name and the first word of the statement.",
		Before: "-- name: ListUsers :many\nselect * from users; -- tenant: none",
		After:  "-- name: ListUsers :many\n-- tenant: none\nselect * from users;",
	},
	{
		Code:  CodeFilter,
		Title: "a statement has no place for conditions",
		Text: "A line tenant: filter TABLE ALIAS lets the method take conditions on that mention of the table. They become one more conjunct of the " +
			"outermost WHERE, where they can only narrow, so the table stands at the outermost level of a SELECT, UPDATE or DELETE, on no nullable " +
			"side of an outer join, and is a table and no view.",
		Before: "-- tenant: filter users u\nselect d.title from documents d left join users u on u.tenant_id = d.tenant_id and u.id = d.owner_id where d.tenant_id = @tenant_id;",
		After:  "-- tenant: filter documents d\nselect d.title from documents d left join users u on u.tenant_id = d.tenant_id and u.id = d.owner_id where d.tenant_id = @tenant_id;",
	},
	{
		Code:   CodeUnknownRelation,
		Title:  "a statement names a relation that is not there",
		Text:   "Neither the schema nor the WITH lists in view have a relation of that name, or FROM has none of the name before the dot.",
		Before: "select * from user where id = @id;",
		After:  "select * from users where id = @id;",
	},
	{
		Code:  CodeUnknownColumn,
		Title: "a statement names a column that is not there",
		Text: "No relation in view has the column. For x.f PostgreSQL would look for a function f(x), which could read anything, so such a name " +
			"is refused and not guessed at.",
		Before: "select u.mail from users u;",
		After:  "select u.email from users u;",
	},
	{
		Code:   CodeAmbiguous,
		Title:  "a name has two meanings",
		Text:   "Two things in view have the name. PostgreSQL refuses the statement.",
		Before: "select id from users u join documents d on d.owner_id = u.id;",
		After:  "select u.id from users u join documents d on d.owner_id = u.id;",
	},
	{
		Code:  CodeReference,
		Title: "something is referred to from where it cannot be seen",
		Text: "A subquery in FROM sees its neighbours through LATERAL only, and not across the nullable side of a join; a position in ORDER BY lies " +
			"within the target list; a named window is defined before it is used.",
		Before: "select * from users u, (select * from documents d where d.owner_id = u.id) x;",
		After:  "select * from users u, lateral (select * from documents d where d.owner_id = u.id) x;",
	},
	{
		Code:   CodeSystemRelation,
		Title:  "a statement reads PostgreSQL's own catalogs",
		Text:   "pg_catalog and information_schema speak of sizes, statistics and samples of every tenant's rows.",
		Before: "select n_live_tup from pg_stat_user_tables;",
		After:  "select count(*) from documents where tenant_id = @tenant_id;",
	},
	{
		Code:   CodeSystemColumn,
		Title:  "a statement reads a system column",
		Text:   "xmin and its like speak of other transactions. tableoid and ctid are read, and the proof decides about them.",
		Before: "select xmin from documents where id = @id;",
		After:  "select updated_at from documents where id = @id;",
	},
	{
		Code:   CodeColumnCount,
		Title:  "two lists differ in length",
		Text:   "An alias list, a row, a set operation or an INSERT gives more or fewer columns than are there. PostgreSQL refuses the statement.",
		Before: "insert into users (id, name) values (@id);",
		After:  "insert into users (id, name) values (@id, @name);",
	},
	{
		Code:   CodeQueryType,
		Title:  "a cast names a type that is not there",
		Text:   "Neither PostgreSQL, nor a well-known extension, nor the schema has the type.",
		Before: "select @x::uid;",
		After:  "select @x::uuid;",
	},
	{
		Code:   CodeUnknownConstraint,
		Title:  "ON CONFLICT names a constraint that is not there",
		Text:   "The relation has no unique or exclusion constraint of that name. A unique index that CREATE INDEX made is no constraint.",
		Before: "on conflict on constraint users_mail do nothing",
		After:  "on conflict (tenant_id, email) do nothing",
	},
	{
		Code:  CodeRecursion,
		Title: "a WITH query is referred to before it is known",
		Text: "WITH RECURSIVE lets a query refer to itself in the right side of its UNION, and to the queries before it. PostgreSQL also sorts " +
			"queries that refer to later ones; here they are written in order.",
		Before: "with recursive a as (select * from b), b as (select 1) select * from a;",
		After:  "with b as (select 1), a as (select * from b) select * from a;",
	},
	{
		Code:  CodeView,
		Title: "a view cannot be looked into",
		Text: "A view is read as the query that defines it. That query is not known, was overtaken by a later change of the schema, or is not understood. " +
			"What a write to a view writes is not looked into.",
	},
	{
		Code:  CodeConstruct,
		Title: "a construct is not understood",
		Text:  "PostgreSQL may accept it; tenantc does not know what it reads, and what is not understood is refused by name.",
	},
}
