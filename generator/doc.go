// Package generator is tenantc as a library: it proves that each SQL statement
// of a project touches one tenant's rows only, and writes typed repositories in
// which every method takes the tenant's id.
//
// The pipeline is its types. Each arrow is one exported function, and what it
// returns no longer changes:
//
//	sqlc.yaml ─ config.Load ──▶ Config       one Block for each sql: entry
//	models/   ─ model.Load ───▶ Package      structs, and the columns that they declare
//	schema/   ─ catalog.Build ▶ Catalog      keys, foreign keys, views, and whose rows a table holds
//	queries/  ─ query.Parse ──▶ []Stmt       macros and names resolved
//	            prove.All ────▶ []Proof      the verdict on each statement, with its evidence
//	sqlc      ─ sqlcrun.Run ──▶ Compiled     the text that will run, and its Go types
//	            plan.New ─────▶ Plan         repositories, methods, parameters
//	templates ─ emit.Printer ─▶ files formatted Go, one at a time
//	            Generate                     on disk: all files or none
//
// [Check] ends after the proofs and needs neither sqlc nor a database, nor
// code that compiles. [Generate] goes on to the end, and while a finding of
// severity error stands, it writes nothing.
//
// Three channels stay apart. What is wrong with the user's files is a finding
// of the [Result]; it is not an error. An error speaks of the world: a disk
// that is full, a context that is done. A [*BugError] speaks of tenantc: two of
// its own views contradict each other, and again nothing is written.
//
// A reader who wants to see the promise kept goes on to a leak in
// internal/prove/testdata, the rule beside it that refuses it, a template, and
// what it emits in gen.
package generator
