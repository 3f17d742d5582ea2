// Command weave writes an overlay of the packages in which `make mutants`
// switches conditions off.
//
//	weave -out folder internal/prove …
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/tenantc/tenantc/internal/mutants"
)

func main() {
	out := flag.String("out", "", "the `folder` for overlay.json, sites.json and the woven files")
	flag.Parse()
	sites, err := mutants.Weave(".", "github.com/tenantc/tenantc", flag.Args(), *out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "weave:", err)
		os.Exit(1)
	}
	fmt.Printf("%d sites\n", len(sites))
}
