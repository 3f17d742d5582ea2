// Package sqlcrun runs sqlc as a child process and reads what it made of the
// queries: its generate request (JSON) and its Go.
//
// In come the schema, the queries and sqlc's own options; out goes Compiled: of
// each query the text that will run, its parameters and columns with their Go
// types, and of each table its columns. sqlc is never linked in: it calls
// os.Exit, and its parser cannot live beside ours in one binary. The package
// refuses to know what a tenant is.
package sqlcrun
