package plan

import "testing"

func TestNames(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, exported, unexported string }{
		{"users", "Users", "users"},
		{"order_items", "OrderItems", "orderItems"},
		{"id", "ID", "id"},
		{"owner_id", "OwnerID", "ownerID"},
		{"ids", "IDs", "ids"},
		{"api_keys", "APIKeys", "apiKeys"},
		{"ownerId", "OwnerID", "ownerID"},
		{"OrderItems", "OrderItems", "orderItems"},
		{"2fa", "X2fa", "x2fa"},
		{"größe", "Größe", "größe"},
		{"表", "X表", "表"},
		{"with space-and.dots", "WithSpaceAndDots", "withSpaceAndDots"},
		{"__", "X", "x"},
	}
	for _, tt := range tests {
		if got := exported(tt.in); got != tt.exported {
			t.Errorf("exported(%q) = %q, want %q", tt.in, got, tt.exported)
		}
		if got := unexported(tt.in); got != tt.unexported {
			t.Errorf("unexported(%q) = %q, want %q", tt.in, got, tt.unexported)
		}
	}
}

func TestLowerFirst(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"ListUsers": "listUsers", "ID": "id", "IDList": "idList", "A": "a", "A1": "a1", "x": "x"} {
		if got := lowerFirst(in); got != want {
			t.Errorf("lowerFirst(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestFileName: whatever a table is called, its file is built everywhere and is
// no test.
func TestFileName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"users": "users.go", "order_items": "order_items.go", "shops_linux": "shops_linux_repository.go", "a_amd64": "a_amd64_repository.go",
		"users_test": "users_test_repository.go", "store": "store_repository.go", "rows": "rows_repository.go", "linux": "linux.go",
		"_hidden": "hidden.go", ".": "queries.go", "x_windows_arm64": "x_windows_arm64_repository.go",
	} {
		got := fileName(in)
		if got != want {
			t.Errorf("fileName(%q) = %q, want %q", in, got, want)
		}
	}
	for _, word := range []string{"linux", "windows", "darwin", "wasm", "riscv64", "test"} {
		if got := fileName("a_" + word); got == "a_"+word+".go" {
			t.Errorf("a table a_%s has the file %s", word, got)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"users": "users", "order": `"order"`, "User": `"User"`, "a b": `"a b"`, `a"b`: `"a""b"`, "2x": `"2x"`, "": `""`, "x2": "x2", "values": `"values"`, "größe": `"größe"`,
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	s := scope{"key": true}
	var got []string
	for range 4 {
		got = append(got, s.take("key", "tenantKey"))
	}
	got = append(got, s.take("len", "string", "type"))
	for i, want := range []string{"tenantKey", "tenantKey2", "tenantKey3", "tenantKey4", "type2"} {
		if got[i] != want {
			t.Errorf("take %d = %s, want %s", i, got[i], want)
		}
	}
}
