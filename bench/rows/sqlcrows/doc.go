// Package sqlcrows is what sqlc makes of statements like those that the methods of
// every repository send.
//
// In come schema/ and queries.sql; out comes the code that Get, ListBy, Create,
// Update and Count are measured against. It refuses to know tenants.
package sqlcrows

//go:generate go tool -C ../../.. sqlc -f bench/rows/sqlcrows/sqlc.yaml generate
