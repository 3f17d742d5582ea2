package diag

// The emit codes: sqlc as a child (TC50), and what the plan of the emitted code
// cannot do (TC51).
const (
	CodeSqlcMissing  Code = "TC5001"
	CodeSqlcVersion  Code = "TC5002"
	CodeSqlcRefuses  Code = "TC5003"
	CodeSqlcFailed   Code = "TC5004"
	CodeSqlcLongLine Code = "TC5005"
	CodeSqlcCatalog  Code = "TC5006"

	CodeNameTaken    Code = "TC5101"
	CodeParamName    Code = "TC5102"
	CodeParamUntyped Code = "TC5103"
	CodeParamType    Code = "TC5104"
	CodeBatchEmpty   Code = "TC5105"
	CodeKeyType      Code = "TC5106"
	CodeCRUD         Code = "TC5107"
	CodeNoModule     Code = "TC5108"
	CodeOption       Code = "TC5109"
	CodeEmbedOuter   Code = "TC5110"
)

var emitCodes = []Info{
	{
		Code:  CodeSqlcMissing,
		Title: "sqlc was not found",
		Text: "The Go types of hand-written queries come from sqlc, which runs as a child process. It is looked for at the path " +
			"given with -sqlc, then as a tool of the Go module (go tool sqlc), then on PATH.",
		Before: "go generate ./...",
		After:  "go get -tool github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1\ngo generate ./...",
	},
	{
		Code:  CodeSqlcVersion,
		Title: "sqlc has a version that is not understood",
		Text: "The text that will run, its parameters and its types are read from sqlc's output, and the form of that output " +
			"belongs to a version. One that was not tried is not trusted.",
		Before: "go get -tool github.com/sqlc-dev/sqlc/cmd/sqlc@latest",
		After:  "go get -tool github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1",
	},
	{
		Code:  CodeSqlcRefuses,
		Title: "sqlc refuses a query or a migration",
		Text: "sqlc types the queries with an analyser of its own, which is smaller than PostgreSQL. What it refuses has no Go types, " +
			"so it cannot be emitted. Where the statement is right, an alias, a qualified name or a cast usually helps it.",
		Before: "select id from users u join teams t on t.id = u.team_id where …",
		After:  "select u.id from users u join teams t on t.id = u.team_id where …",
	},
	{
		Code:  CodeSqlcFailed,
		Title: "sqlc did not do its work",
		Text:  "It ended with an error that names no place in the inputs, or did not end in time. Nothing was written.",
	},
	{
		Code:  CodeSqlcLongLine,
		Title: "a line is too long for sqlc",
		Text: "sqlc reads a file line by line and stops, silently, at a line over 64 KiB. tenantc breaks long lines for it where a blank " +
			"stands between two tokens; a single literal of that length cannot be broken.",
	},
	{
		Code:  CodeSqlcCatalog,
		Title: "sqlc and tenantc read the schema differently",
		Text: "The proof was made with one reading of the schema and the types with another. Where a table, a column, its type or its NOT NULL " +
			"differ between the two, one of them has misread the migrations, and nothing is emitted.",
	},
	{
		Code:  CodeNameTaken,
		Title: "two things of the emitted package would have one name",
		Text: "Names in gen follow from those of tables, query files and queries, so that they can be predicted: a repository is called " +
			"as its table or file, a method as its query, and Users has NewUser, UserPatch and UserCols. A clash is not settled with a " +
			"number, which would move with every new query.",
		Before: "-- name: Users :many      (in reports.sql: its row would be UsersRow)\n-- name: users :many",
		After:  "-- name: ReportUsers :many",
	},
	{
		Code:  CodeParamName,
		Title: "a parameter has no name",
		Text: "An argument is called as the query calls it, or as the column that it is compared with. This parameter is compared " +
			"with none, and an argument called by its number would say nothing.",
		Before: "where tenant_id = $1 and created_at > now() - $2::interval",
		After:  "where tenant_id = $1 and created_at > now() - @age::interval",
	},
	{
		Code:  CodeParamUntyped,
		Title: "a parameter has no type",
		Text: "sqlc could not tell the parameter's type, and would make the argument an any. pgx takes some values for instructions " +
			"instead of arguments (a query rewriter replaces the whole text), so an argument that takes every value is none that a proof could stand on.",
		Before: "where tenant_id = @tenant_id and coalesce(@name, name) = name",
		After:  "where tenant_id = @tenant_id and coalesce(@name::text, name) = name",
	},
	{
		Code:  CodeParamType,
		Title: "a parameter's type is not the one that sqlc takes it for",
		Text: "PostgreSQL infers one type for the parameter and sqlc another, so the emitted argument would have a Go type whose values the " +
			"server refuses. `= any(@ids)` is the usual case: the parameter is an array, and sqlc takes it for one element.",
		Before: "where tenant_id = @tenant_id and id = any(@ids)",
		After:  "where tenant_id = @tenant_id and id = any(@ids::uuid[])",
	},
	{
		Code:  CodeBatchEmpty,
		Title: "the items of a batch have nothing in them",
		Text: "A batch runs its statement once an item. The tenant is no part of an item, since a batch belongs to one tenant; without " +
			"another parameter all items are the same.",
		Before: "-- name: Clear :batchexec\ndelete from drafts where tenant_id = @tenant_id;",
		After:  "-- name: Clear :exec\ndelete from drafts where tenant_id = @tenant_id;",
	},
	{
		Code:  CodeKeyType,
		Title: "a tenant's key has a type that the runtime has no key for",
		Text: "The first argument of every method is an opaque key: tenant.ID for uuid, tenant.Int64ID for smallint, integer and bigint, " +
			"tenant.TextID for text and varchar. Its kind follows from the tenant column.",
		Before: "tenant_id numeric not null",
		After:  "tenant_id bigint not null",
	},
	{
		Code:  CodeCRUD,
		Title: "a method of the generated CRUD is not emitted",
		Text: "Every tenant-owned model gets Get, List, Page, Count, Create, CreateMany, Upsert, Update, Delete and others, each proven like a hand-written query. One that is not " +
			"confined, or only if the schema keeps a promise that nobody declared, is left out, and so is a column of Create or Update; a " +
			"hand-written query takes the place of the method of its name. This is a note: nothing has to be done about it.",
		Before: "owner_id uuid references users (id)",
		After:  "foreign key (tenant_id, owner_id) references users (tenant_id, id)",
	},
	{
		Code:  CodeNoModule,
		Title: "there is no Go module",
		Text: "The emitted packages import one another and the models. The paths for that begin with the module path of the nearest go.mod " +
			"above the folder of the configuration, and there is none.",
		Before: "tenantc generate",
		After:  "go mod init example.com/app\ntenantc generate",
	},
	{
		Code:  CodeOption,
		Title: "an option of sqlc's has no effect",
		Text: "Options that change names and types (overrides, rename, emit_json_tags, emit_pointers_for_null_types and the like) are handed on. " +
			"Those that change the shape of sqlc's methods change nothing, because these methods are read and not emitted.",
		Before: "options: {package: gen, sql_package: pgx/v5, emit_interface: true}",
		After:  "options: {package: gen, sql_package: pgx/v5}",
	},
	{
		Code:  CodeEmbedOuter,
		Title: "a struct is embedded that an outer join may leave out",
		Text: "sqlc.embed makes one struct of a table's columns. Where an outer join has no row of the table they are all NULL, the struct " +
			"has fields that cannot be, and the method fails for such a row when it runs. A column that is named by itself is typed as one that may be NULL.",
		Before: "select sqlc.embed(o), sqlc.embed(n) from orders o left join news n on …",
		After:  "select sqlc.embed(o), n.id as news_id, n.title from orders o left join news n on …",
	},
}
