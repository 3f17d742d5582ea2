// Package plan turns what is proven and what sqlc compiled into Go-shaped
// repositories.
//
// In come the statements with their proofs, the catalog with its models, and
// sqlc's reading of the queries; out goes a Plan: packages, repositories,
// methods, their parameters, results, texts and imports, each decision made and
// written down as data, so that templates only print. It writes the SQL of the
// generated CRUD methods itself and has it proven like any other text. It
// refuses to know how SQL is parsed and what the files look like.
package plan
