// Package pgtest gives tests, examples and benchmarks a real PostgreSQL.
//
// In goes schema text; out comes a database of its own for each test, made
// from a template in about ten milliseconds. The server is found in this order:
//
//  1. the running server named by TENANTC_TEST_DSN, whose role must be allowed
//     to create databases;
//  2. the binaries in the folder named by TENANTC_PG_BIN;
//  3. the binaries in PATH;
//  4. the newest of Debian's /usr/lib/postgresql/*/bin.
//
// With binaries, each process starts one server of its own: durability off,
// unix socket only, files in memory where there is room. It ends with the
// process, however that ends, and takes its files along.
//
// Where there is no PostgreSQL a test fails. It is never skipped: a green run
// that tested nothing is worse than a red one.
package pgtest
