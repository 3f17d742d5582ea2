package main

import (
	"context"
	"fmt"
	"strings"
)

// verbs lists what tenantc can do, in the order in which help shows it.
func verbs() []*verb {
	project := []string{"C", "config", "q", "f"}
	reports := []string{"text", "json", "sarif"}
	return []*verb{
		{
			name: "generate", flags: append([]string{"verify", "sqlc", "timeout"}, project...), formats: reports,
			short: "prove every statement and write the typed repositories",
			help: `Proves every statement and writes the generated code: all files or none.
While a finding of severity error stands, nothing is written.

Examples:
    tenantc generate
    tenantc generate -verify             fail when the generated code is not current
    tenantc -C services/billing generate
    //go:generate go tool tenantc -C .. generate
`,
			run: (*command).generate,
		},
		{
			name: "check", flags: append([]string{"baseline", "update"}, project...), formats: reports,
			short: "prove every statement and write nothing",
			help: `Prints the verdict on each statement and, for one that is refused, where the
tenant got lost and what to write instead. Needs neither sqlc nor a database.

Examples:
    tenantc check
    tenantc check -q                     findings only
    tenantc check -f json | jq '.queries[] | select(.verdict != "confined")'
    tenantc check -f sarif > tenantc.sarif
    tenantc check -baseline tenantc.baseline            fail on what is new, and on what is gone
    tenantc check -baseline tenantc.baseline -update    write down what is there today
`,
			run: (*command).check,
		},
		{
			name: "explain", words: "CODE...", flags: []string{"all", "query", "database", "C", "config", "q", "f"}, formats: []string{"text", "markdown"},
			short: "say what a code means, or what a refused query would show to the wrong tenant",
			help: `Prints what a finding's code means, with an example that is refused and the
same accepted.

With -query it looks for a counterexample to a refused statement: rows of two
tenants under which the statement shows or changes what is another's. They are
made up and tried on a real PostgreSQL, on databases made for it: one that is
installed is started, or -database names a running one by its URL, where a
superuser may make databases. It gives up after a few seconds.

Examples:
    tenantc explain TC4103
    tenantc explain -query ListWithOwners
    tenantc explain -query ListWithOwners -database postgres://postgres@localhost/postgres
    tenantc explain -all -f markdown     the page docs/codes.md
`,
			run: (*command).explain,
		},
		{
			name: "dump", flags: []string{"stage", "C", "config", "sqlc", "timeout"},
			short: "print what a stage of the pipeline knows",
			help: `Prints the result of one stage: catalog, queries, proofs or plan.

Examples:
    tenantc dump -stage=proofs
    tenantc dump -stage=catalog | less
`,
			run: (*command).dump,
		},
		{
			name: "version", short: "print the versions of tenantc and of the sqlc that it runs",
			help: "Prints the version of tenantc, and which sqlc it needs.\n",
			run:  (*command).version,
		},
		{
			name: "help", words: "[VERB]", short: "print this, or the help of a verb",
			help: "Prints the overview, or the help of a verb.\n",
			run:  func(c *command, _ context.Context, words []string) int { return c.help(words) },
		},
	}
}

// flagHelp says what each flag means, in the order in which help shows them.
var flagHelp = [...]struct{ name, value, text string }{
	{"verify", "", "write nothing; report each file that is not current"},
	{"query", "NAME", "look for rows under which that refused query leaks"},
	{"database", "URL", "the PostgreSQL to try it on; else one that is installed is started"},
	{"baseline", "FILE", "count the findings that FILE lists instead of failing on them"},
	{"update", "", "write the findings of this run to the baseline"},
	{"stage", "STAGE", "catalog, queries, proofs or plan"},
	{"all", "", "every code"},
	{"f", "FORMAT", "format of the output: %s"},
	{"q", "", "print findings only"},
	{"C", "DIR", "folder of the configuration (default: this one)"},
	{"config", "FILE", "its name (default: sqlc.yaml, sqlc.yml or sqlc.json)"},
	{"sqlc", "PATH", "the sqlc to run (default: go tool sqlc, else sqlc on PATH)"},
	{"timeout", "TIME", "how long sqlc may take, as 30s (default: 2m)"},
}

func overview() string {
	var b strings.Builder
	b.WriteString(`tenantc proves that each SQL statement of a project touches one tenant's rows
only, and writes typed repositories in which every method takes the tenant's id.

Usage: tenantc VERB [flags]        flags may also stand before the verb

`)
	for _, v := range verbs() {
		fmt.Fprintf(&b, "    %-10s %s\n", v.name, v.short)
	}
	b.WriteString(`
Exit status: 0 clean, 1 failure, 2 usage, 3 findings of severity error.
` + "`tenantc help VERB` prints a verb's flags and examples.\n")
	return b.String()
}

// page is the help of a verb.
func (v *verb) page() string {
	var b strings.Builder
	b.WriteString("Usage: tenantc " + v.name)
	if len(v.flags) > 0 {
		b.WriteString(" [flags]")
	}
	if v.words != "" {
		b.WriteString(" " + v.words)
	}
	b.WriteString("\n\n" + v.help)
	if len(v.flags) > 0 {
		b.WriteString("\nFlags:\n")
	}
	for _, f := range flagHelp {
		for _, name := range v.flags {
			if name != f.name {
				continue
			}
			text := f.text
			if name == "f" {
				text = fmt.Sprintf(text, strings.Join(v.formats, ", "))
			}
			fmt.Fprintf(&b, "    %-15s %s\n", strings.TrimSpace("-"+f.name+" "+f.value), text)
		}
	}
	return b.String()
}
