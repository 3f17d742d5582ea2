package diag

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"columns", "dimension", "dimensions", "global", "primaryKey", "root", "tables", "via"}
	for word, want := range map[string]string{
		"colums":     "columns",
		"primarykey": "primaryKey",
		"golbal":     "global",
		"dimenson":   "dimension",
		"vai":        "via",
		"viaa":       "via",
		"zebra":      "",
		"":           "",
		"r":          "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
