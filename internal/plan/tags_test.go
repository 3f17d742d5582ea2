package plan

import "testing"

// TestJSONName: the names are those that sqlc gives the columns of a result.
func TestJSONName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, style string
		idUppercase bool
		want        string
	}{
		{"owner_id", "", false, "owner_id"},
		{"owner_id", "none", true, "owner_id"},
		{"owner_id", "camel", false, "ownerId"},
		{"owner_id", "camel", true, "ownerID"},
		{"id", "camel", true, "id"},
		{"id_of_it", "camel", false, "idOfIt"},
		{"owner_id", "pascal", false, "OwnerID"},
		{"straße_über", "pascal", false, "StraßeÜber"},
		{"a__b", "camel", false, "aB"},
		{"ownerID", "snake", false, "owner_id"},
		{"owner_id", "snake", true, "owner_id"},
	} {
		if got := jsonName(c.name, c.style, c.idUppercase); got != c.want {
			t.Errorf("jsonName(%q, %q, %t) = %q, want %q", c.name, c.style, c.idUppercase, got, c.want)
		}
	}
}
