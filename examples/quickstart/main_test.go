package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/output.golden anew")

func TestOutput(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, ""); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	got := mask(out.Bytes())
	golden := filepath.Join("testdata", "output.golden")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

var uuidText = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// mask gives each id the number of its first appearance.
func mask(out []byte) []byte {
	numbers := make(map[string]int)
	return uuidText.ReplaceAllFunc(out, func(id []byte) []byte {
		n, ok := numbers[string(id)]
		if !ok {
			n = len(numbers) + 1
			numbers[string(id)] = n
		}
		return fmt.Appendf(nil, "<id %d>", n)
	})
}
