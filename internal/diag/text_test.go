package diag

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with testdata/name, or rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// files is a Sources over a map.
func files(texts map[string]string) Sources {
	return func(file string) (string, bool) {
		text, ok := texts[file]
		return text, ok
	}
}

// letters are diagnostics of every shape, with the files that they speak of.
func letters() ([]Diagnostic, Sources) {
	long := "select " + strings.Repeat("aaaaaaaaa, ", 40) + "lost_column, " + strings.Repeat("zzzzzzzzz, ", 40) + "1"
	sources := files(map[string]string{
		"queries/invoices.sql": "-- name: Joined :many\nselect *\nfrom projects p\njoin invoices i on i.project_id = p.id\nwhere p.tenant_id = $1;\n",
		"queries/odd.sql": "\ufeff-- name: Bom :one\r\nselect\tid,\tnam from users;\r\n" +
			"select '日本語', x from t;\nselect '\x1b[2J\xff', y from t;\n" + long + "\nselect (",
	})
	at := func(file string, line, column int) Pos { return Pos{file, line, column} }
	return []Diagnostic{
		{Code: "TC9103", Pos: at("queries/invoices.sql", 4, 6), Width: len("invoices i"),
			Message: "invoices i is joined without its tenant",
			Why:     "p is confined to $1 at line 5, but nothing ties i to it:\ntwo tenants may share a project id here",
			Fix:     "and i.tenant_id = p.tenant_id",
			Related: []Related{{at("schema/001_init.sql", 3, 3), "the foreign key is on the id alone"}, {Message: "no place"}}},
		{Code: "TC9104", Severity: Warning, Pos: at("queries/invoices.sql", 2, 0), Message: "a line as a whole"},
		{Code: "TC9104", Severity: Note, Pos: at("queries/invoices.sql", 0, 0), Message: "a file as a whole",
			Fix: "alter table a\n  add unique (tenant_id, id)"},
		{Code: "TC9001", Pos: at("queries/odd.sql", 1, 1), Width: 3, Message: "the byte order mark"},
		{Code: "TC9002", Pos: at("queries/odd.sql", 1, 13), Width: 3, Message: "a word behind the byte order mark"},
		{Code: "TC9003", Pos: at("queries/odd.sql", 2, 12), Width: 3, Message: "a word behind tabs, in a file with CRLF"},
		{Code: "TC9004", Pos: at("queries/odd.sql", 3, 8), Width: len("'日本語'"), Message: "wide characters"},
		{Code: "TC9005", Pos: at("queries/odd.sql", 3, 21), Width: 1, Message: "a word behind wide characters"},
		{Code: "TC9006", Pos: at("queries/odd.sql", 4, 17), Width: 1, Message: "control \x1b[2J characters\tand a broken \xff byte"},
		{Code: "TC9007", Pos: at("queries/odd.sql", 5, 8+40*11), Width: len("lost_column"), Message: "the middle of a long line"},
		{Code: "TC9008", Pos: at("queries/odd.sql", 5, 1), Width: 2000, Message: "the whole of a long line"},
		{Code: "TC9009", Pos: at("queries/odd.sql", 6, 9), Width: 4, Message: "the end of the file"},
		{Code: "TC9010", Pos: at("queries/odd.sql", 60, 1), Message: "a line that is gone"},
		{Code: "TC9011", Pos: at("queries/missing.sql", 7, 1), Message: "a file that is gone"},
		{Code: CodeForeignFile, Message: "the run as a whole"},
	}, sources
}

func TestText(t *testing.T) {
	t.Parallel()
	list, sources := letters()
	for _, color := range []bool{false, true} {
		var out bytes.Buffer
		if err := (Text{Sources: sources, Color: color}).Write(&out, list); err != nil {
			t.Fatal(err)
		}
		name := "letters.txt"
		if color {
			name = "letters_color.txt"
		}
		golden(t, name, out.String())
	}
}

// TestTextNoEscape writes what people may have written, control characters and
// all: without colour no escape character may come out.
func TestTextNoEscape(t *testing.T) {
	t.Parallel()
	list, sources := letters()
	list = append(list, Diagnostic{Pos: Pos{"a\x1b]0;b\a.sql", 1, 1}, Message: "\x9b31m", Why: "\r\x1b", Fix: "\u202e\x00",
		Related: []Related{{Pos{"\x1b", 1, 1}, "\x1b"}}})
	var out bytes.Buffer
	if err := (Text{Sources: sources}).Write(&out, list); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexAny(out.String(), "\x00\x07\x1b\r\u009b\u202e\ufeff"); i >= 0 {
		t.Errorf("control character in %q", out.String()[max(0, i-40):i+1])
	}
}

func TestExcerptOfHugeLine(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("é", 500_000)
	shown, carets := excerpt(line, 500_001, 4)
	if columns := columnsOf(cellsOf(shown)); columns > excerptWidth+2 {
		t.Errorf("%d columns shown", columns)
	}
	if got := strings.Count(carets, "^"); got != 2 {
		t.Errorf("%d carets, want 2", got)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	errorIn := func(file string) Diagnostic { return Diagnostic{Pos: Pos{File: file}} }
	warning, note := Diagnostic{Severity: Warning, Pos: Pos{File: "a"}}, Diagnostic{Severity: Note}
	for _, tc := range []struct {
		list []Diagnostic
		want string
	}{
		{nil, "no findings"},
		{[]Diagnostic{errorIn("a")}, "1 error in 1 file"},
		{[]Diagnostic{errorIn("a"), errorIn("b"), warning}, "2 errors and 1 warning in 2 files"},
		{[]Diagnostic{errorIn("a"), warning, note}, "1 error, 1 warning and 1 note in 1 file"},
		{[]Diagnostic{note}, "1 note"},
	} {
		if got := Summary(tc.list); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}
