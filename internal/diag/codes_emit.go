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
}
