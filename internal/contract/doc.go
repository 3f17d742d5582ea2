// Package contract holds the tests of what gen promises by its types alone: a
// program that forgets the tenant does not compile, and every method that can
// reach the database asks for it.
//
// In comes the committed gen, as the compiler's export data; out come failing
// tests. It refuses to know how gen was made.
package contract
