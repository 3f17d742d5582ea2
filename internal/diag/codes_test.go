package diag

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestCodes holds every entry to the same form.
func TestCodes(t *testing.T) {
	t.Parallel()
	rooms := []struct {
		prefix string
		codes  []Info
	}{
		{"TC0", configCodes}, {"TC1", modelCodes}, {"TC2", schemaCodes}, {"TC3", queryCodes},
		{"TC4", proofCodes}, {"TC5", emitCodes}, {"TC59", outputCodes},
	}
	form := regexp.MustCompile(`^TC\d{4}$`)
	seen := map[Code]bool{}
	total := 0
	for _, room := range rooms {
		total += len(room.codes)
		for _, info := range room.codes {
			if !form.MatchString(string(info.Code)) || !strings.HasPrefix(string(info.Code), room.prefix) {
				t.Errorf("%s is no code of the room %s", info.Code, room.prefix)
			}
			if seen[info.Code] {
				t.Errorf("%s is used twice", info.Code)
			}
			seen[info.Code] = true
			if info.Title == "" || strings.HasSuffix(info.Title, ".") || strings.Contains(info.Title, "\n") {
				t.Errorf("%s: the title %q is not one line without a full stop", info.Code, info.Title)
			}
			if !strings.HasSuffix(info.Text, ".") {
				t.Errorf("%s: the text is not in whole sentences: %q", info.Code, info.Text)
			}
			if info.Before != "" && info.Before == info.After {
				t.Errorf("%s: the example is refused and accepted", info.Code)
			}
		}
	}
	if got := len(Codes()); got != total {
		t.Errorf("Codes has %d entries, the rooms have %d", got, total)
	}
}

// TestCodesPage keeps docs/codes.md in step with the list.
func TestCodesPage(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	if err := WriteMarkdown(&page, Codes()); err != nil {
		t.Fatal(err)
	}
	const path = "../../docs/codes.md"
	if *update {
		if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, page.Bytes()) {
		t.Errorf("%s is out of step; write it with: go test ./internal/diag -run TestCodesPage -update", path)
	}
}
