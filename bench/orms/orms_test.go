package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/bench/turns"
)

// Each library keeps tenants apart, and has its line in the table of each call.
func TestMeasure(t *testing.T) {
	var out bytes.Buffer
	if err := measure(t.Context(), turns.NewMarkdown(&out), 1); err != nil {
		t.Fatal(err)
	}
	for _, l := range libraries() {
		if n := strings.Count(out.String(), "| "+l.name+" |"); n != 6 {
			t.Errorf("%s has %d lines, want one for each of 6 calls:\n%s", l.name, n, &out)
		}
	}
}
