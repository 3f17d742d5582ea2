package sqlcrun

import "testing"

// A qualifier is the name of a package, which its path need not end in.
func TestImportOf(t *testing.T) {
	t.Parallel()
	imports := []Import{
		{"", "context"}, {"", "github.com/jackc/pgx/v5/pgtype"}, {"", "example.com/vectors/vector-go"}, {"", "example.com/go-money"},
		{"kinds", "example.com/go-kinds"}, {"", "example.com/null.v4"}, {"", "example.com/ids/v2"}, {"", "example.com/postgres-geometry"},
	}
	for qualifier, want := range map[string]string{
		"pgtype": "github.com/jackc/pgx/v5/pgtype", "vector": "example.com/vectors/vector-go", "money": "example.com/go-money",
		"kinds": "example.com/go-kinds", "null": "example.com/null.v4", "ids": "example.com/ids/v2", "geometry": "example.com/postgres-geometry",
		"other": "",
	} {
		if got, ok := ImportOf(qualifier, imports); got.Path != want || ok != (want != "") {
			t.Errorf("%s is %q, want %q", qualifier, got.Path, want)
		}
	}
}
