package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tenantc/tenantc/generator"
)

// The exit statuses.
const (
	exitOK       = 0
	exitFailure  = 1 // the world, or tenantc itself
	exitUsage    = 2
	exitFindings = 3
)

// pluginMethod is what sqlc passes as the only argument to a plugin.
const pluginMethod = "/plugin.CodegenService/Generate"

// command is one call of tenantc.
type command struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            []string
	opts           options
}

// options are the values of the flags.
type options struct {
	dir, config, sqlc, format, stage string
	baseline, query, database        string
	timeout                          time.Duration
	quiet, verify, all, update       bool
}

// flags declares every flag. Which of them a verb takes is the verb's to say.
func (o *options) flags() *flag.FlagSet {
	fs := flag.NewFlagSet("tenantc", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.dir, "C", ".", "")
	fs.StringVar(&o.config, "config", "", "")
	fs.StringVar(&o.sqlc, "sqlc", "", "")
	fs.StringVar(&o.format, "f", "text", "")
	fs.StringVar(&o.stage, "stage", "", "")
	fs.DurationVar(&o.timeout, "timeout", 0, "")
	fs.BoolVar(&o.quiet, "q", false, "")
	fs.BoolVar(&o.verify, "verify", false, "")
	fs.BoolVar(&o.all, "all", false, "")
	fs.StringVar(&o.baseline, "baseline", "", "")
	fs.BoolVar(&o.update, "update", false, "")
	fs.StringVar(&o.query, "query", "", "")
	fs.StringVar(&o.database, "database", "", "")
	return fs
}

// run does what args say and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) int {
	c := &command{stdin: stdin, stdout: stdout, stderr: stderr, env: env}
	if len(args) == 1 && args[0] == pluginMethod {
		return c.plugin(ctx)
	}
	words, given, err := c.parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return c.help(words)
	case err != nil:
		return c.usage(words, err)
	case len(words) == 0:
		fmt.Fprint(stderr, overview())
		return exitUsage
	}
	v, err := findVerb(words[0])
	if err != nil {
		return c.usage(nil, err)
	}
	if err := v.accepts(words[1:], given, c.opts.format); err != nil {
		return c.usage(words, err)
	}
	return v.run(c, ctx, words[1:])
}

// parse reads flags wherever they stand, and returns the other words and the
// names of the flags given.
func (c *command) parse(args []string) (words, given []string, err error) {
	fs := c.opts.flags()
	for {
		if err := fs.Parse(args); err != nil {
			return words, nil, flagError(fs, err)
		}
		if fs.NArg() == 0 {
			break
		}
		words, args = append(words, fs.Arg(0)), fs.Args()[1:]
	}
	fs.Visit(func(f *flag.Flag) { given = append(given, f.Name) })
	return words, given, nil
}

// flagError adds the nearest flag to what package flag says of an unknown one.
func flagError(fs *flag.FlagSet, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !ok {
		return err
	}
	var known []string
	fs.VisitAll(func(f *flag.Flag) { known = append(known, f.Name) })
	if near := generator.Nearest(name, known); near != "" {
		return fmt.Errorf("there is no flag -%s; did you mean -%s?", name, near)
	}
	return fmt.Errorf("there is no flag -%s", name)
}

// usage prints what is wrong with the call, and where the help is.
func (c *command) usage(words []string, err error) int {
	topic := "tenantc help"
	if len(words) > 0 {
		if v, unknown := findVerb(words[0]); unknown == nil {
			topic += " " + v.name
		}
	}
	fmt.Fprintf(c.stderr, "tenantc: %v\nrun `%s`\n", err, topic)
	return exitUsage
}

// config is the flags as the library takes them.
func (c *command) config() generator.Config {
	cfg := generator.Config{
		Dir: c.opts.dir, File: c.opts.config, Sqlc: c.opts.sqlc, Timeout: c.opts.timeout,
		Verify: c.opts.verify, Env: c.env, Baseline: c.opts.baseline, UpdateBaseline: c.opts.update,
	}
	if !c.opts.quiet && isTerminal(c.stderr) {
		cfg.Progress = c.stderr
	}
	return cfg
}

// report prints a result in the format asked for.
func (c *command) report(w io.Writer, res *generator.Result) int {
	var err error
	switch c.opts.format {
	case "json":
		err = res.WriteJSON(w)
	case "sarif":
		err = res.WriteSARIF(w)
	default:
		err = res.WriteText(w, generator.TextOptions{Color: c.color(w), Quiet: c.opts.quiet})
	}
	switch {
	case err != nil:
		return c.fail(err)
	case res.Failed():
		return exitFindings
	}
	return exitOK
}

// fail prints an error of the world, or asks for a report of a defect.
func (c *command) fail(err error) int {
	fmt.Fprintf(c.stderr, "tenantc: %v\n", err)
	if bug := (*generator.BugError)(nil); errors.As(err, &bug) {
		fmt.Fprintf(c.stderr, "nothing was written; please report this with what follows at https://github.com/tenantc/tenantc/issues\n\n"+
			"tenantc %s\n%s", generator.Version(), bug.Stack)
	}
	return exitFailure
}

// color reports whether w is a terminal that wants colours.
func (c *command) color(w io.Writer) bool {
	return isTerminal(w) && c.variable("NO_COLOR") == "" && c.variable("TERM") != "dumb"
}

func (c *command) variable(name string) string {
	for _, kv := range slices.Backward(c.env) {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
