package diag

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestRecords(t *testing.T) {
	t.Parallel()
	list, _ := letters()
	var out bytes.Buffer
	if err := WriteJSON(&out, Records(list)); err != nil {
		t.Fatal(err)
	}
	golden(t, "letters.json", out.String())

	out.Reset()
	if err := WriteJSON(&out, Records(nil)); err != nil {
		t.Fatal(err)
	}
	if out.String() != "[]\n" {
		t.Errorf("no findings are %q", out.String())
	}
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	list, sources := letters()
	list = append(list, Diagnostic{Code: CodeDrift, Pos: Pos{"a folder/50%.sql", 1, 1}, Message: "a name to escape"})
	var out bytes.Buffer
	if err := (SARIF{Version: "v1.2.3", Sources: sources}).Write(&out, list); err != nil {
		t.Fatal(err)
	}
	golden(t, "letters.sarif", out.String())

	var log sarifLog
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	for _, r := range log.Runs[0].Results {
		if rule := log.Runs[0].Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID {
			t.Errorf("result of %s points at the rule %s", r.RuleID, rule.ID)
		}
	}
}

// TestSARIFColumns checks that a column counts UTF-16 units: one for é (two
// bytes), two for an emoji (four bytes).
func TestSARIFColumns(t *testing.T) {
	t.Parallel()
	line := "select 'é😀', tid"
	lines := files(map[string]string{"q.sql": line}).lines()
	at := physical(Pos{"q.sql", 1, strings.Index(line, "tid") + 1}, 3, lines)
	if at.Region.StartColumn != 15 || at.Region.EndColumn != 18 {
		t.Errorf("columns %d to %d, want 15 to 18", at.Region.StartColumn, at.Region.EndColumn)
	}
	if unknown := physical(Pos{"gone.sql", 1, 9}, 3, lines); unknown.Region.StartColumn != 0 {
		t.Errorf("column %d without a source to count in", unknown.Region.StartColumn)
	}
}

func TestExplanation(t *testing.T) {
	t.Parallel()
	info, ok := Lookup("tc5901")
	if !ok {
		t.Fatal("TC5901 is not known in small letters")
	}
	var out bytes.Buffer
	if err := WriteExplanation(&out, info); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain.txt", out.String())
}
