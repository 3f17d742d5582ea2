package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/generator"
)

// verb is what tenantc can be asked to do.
type verb struct {
	name    string
	words   string   // the words that may follow, for the usage line; "" for none
	flags   []string // those it takes
	formats []string // of -f; the first is the default
	short   string
	help    string // what `tenantc help NAME` prints below the usage line
	run     func(c *command, ctx context.Context, words []string) int
}

// accepts checks words, flags and format of a call.
func (v *verb) accepts(words, given []string, format string) error {
	if len(words) > 0 && v.words == "" {
		return fmt.Errorf("%s takes no further words, and got %q", v.name, words[0])
	}
	for _, name := range given {
		if !slices.Contains(v.flags, name) {
			return fmt.Errorf("%s has no flag -%s", v.name, name)
		}
	}
	if slices.Contains(given, "f") && !slices.Contains(v.formats, format) {
		err := fmt.Errorf("%s has no format %q: it is one of %s", v.name, format, strings.Join(v.formats, ", "))
		if near := generator.Nearest(format, v.formats); near != "" {
			err = fmt.Errorf("%s has no format %q; did you mean %s?", v.name, format, near)
		}
		return err
	}
	return nil
}

func findVerb(name string) (*verb, error) {
	var names []string
	for _, v := range verbs() {
		if v.name == name {
			return v, nil
		}
		names = append(names, v.name)
	}
	if near := generator.Nearest(name, names); near != "" {
		return nil, fmt.Errorf("there is no verb %q; did you mean %s?", name, near)
	}
	return nil, fmt.Errorf("there is no verb %q", name)
}

func (c *command) generate(ctx context.Context, _ []string) int {
	res, err := generator.Generate(ctx, c.config())
	if err != nil {
		return c.fail(err)
	}
	return c.report(c.stdout, res)
}

func (c *command) check(ctx context.Context, _ []string) int {
	if c.opts.update && c.opts.baseline == "" {
		return c.usage([]string{"check"}, errors.New("-update goes with -baseline FILE"))
	}
	res, err := generator.Check(ctx, c.config())
	if err != nil {
		return c.fail(err)
	}
	return c.report(c.stdout, res)
}

func (c *command) explain(ctx context.Context, words []string) int {
	var err error
	switch {
	case c.opts.query != "" && (len(words) > 0 || c.opts.all):
		return c.usage([]string{"explain"}, errors.New("explain takes either codes or -query NAME"))
	case c.opts.query != "":
		err = generator.ExplainQuery(ctx, c.config(), c.opts.query, c.opts.database, c.stdout)
	case c.opts.database != "":
		return c.usage([]string{"explain"}, errors.New("-database goes with -query NAME"))
	case c.opts.all && len(words) == 0:
		err = generator.ExplainAll(c.stdout, c.opts.format == "markdown")
	case c.opts.all || c.opts.format == "markdown":
		return c.usage([]string{"explain"}, errors.New("explain takes either codes or -all, and -f markdown goes with -all"))
	case len(words) == 0:
		return c.usage([]string{"explain"}, errors.New("explain needs a code, as TC4103, or -query NAME"))
	}
	for i, code := range words {
		if i > 0 {
			fmt.Fprintln(c.stdout)
		}
		if err = generator.Explain(c.stdout, code); err != nil {
			break
		}
	}
	switch {
	case errors.Is(err, generator.ErrUnknownCode), errors.Is(err, generator.ErrUnknownQuery):
		return c.usage([]string{"explain"}, err)
	case err != nil:
		return c.fail(err)
	}
	return exitOK
}

func (c *command) dump(ctx context.Context, _ []string) int {
	if c.opts.stage == "" {
		return c.usage([]string{"dump"}, errors.New("dump needs -stage: "+strings.Join(generator.Stages(), ", ")))
	}
	res, err := generator.Dump(ctx, c.config(), c.opts.stage, c.stdout)
	switch {
	case errors.Is(err, generator.ErrUnknownStage):
		return c.usage([]string{"dump"}, err)
	case err != nil:
		return c.fail(err)
	}
	c.opts.quiet = true
	return c.report(c.stderr, res)
}

func (c *command) version(context.Context, []string) int {
	fmt.Fprintf(c.stdout, "tenantc %s (sqlc %s)\n", generator.Version(), generator.SqlcVersion)
	return exitOK
}

// plugin answers sqlc, which shows standard error to its user when the exit
// status is not 0.
func (c *command) plugin(ctx context.Context) int {
	res, err := generator.Serve(ctx, generator.Config{Env: c.env}, c.stdin, c.stdout)
	if err != nil {
		return c.fail(err)
	}
	c.opts.quiet = true
	if res.Failed() {
		fmt.Fprintln(c.stderr) // sqlc begins the line with words of its own
	}
	return c.report(c.stderr, res)
}

// help prints the help of a verb, or the overview.
func (c *command) help(words []string) int {
	if len(words) > 0 && words[0] == "help" {
		words = words[1:]
	}
	if len(words) == 0 {
		fmt.Fprint(c.stdout, overview())
		return exitOK
	}
	v, err := findVerb(words[0])
	if err != nil {
		return c.usage(nil, err)
	}
	fmt.Fprint(c.stdout, v.page())
	return exitOK
}
