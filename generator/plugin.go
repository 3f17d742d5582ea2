package generator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

// request is what tenantc reads of sqlc's generate request. What sqlc compiled
// is not among it: tenantc runs the whole pipeline, with a sqlc of its own.
type request struct {
	Settings struct {
		Engine  string
		Schema  []string
		Queries []string
		Codegen struct {
			Out     string
			Plugin  string
			Options []byte // JSON
		}
	}
}

// wants reports whether the request is about b: no two entries share a folder.
func (req request) wants(b *config.Block) bool { return b.Out == path.Clean(req.Settings.Codegen.Out) }

// response is the answer, in the form of protojson.
type response struct {
	Files []responseFile `json:"files"`
}

type responseFile struct {
	Name     string `json:"name"` // relative to the request's out
	Contents []byte `json:"contents"`
}

// Serve answers one request of sqlc's plugin protocol, format json: it does
// for the entry that sqlc asks about what Generate does, hands the files to
// sqlc, and removes generated files that nothing gives any longer.
//
// The configuration is read from cfg, so sqlc has to run in its folder; a
// request that differs from what stands there is a finding. With a finding of
// severity error nothing is answered. Errors are those of Generate.
func Serve(ctx context.Context, cfg Config, in io.Reader, out io.Writer) (res *Result, err error) {
	defer recoverBug(&err)
	var req request
	if err := json.NewDecoder(in).Decode(&req); err != nil {
		return nil, fmt.Errorf("read the request of sqlc (the plugin's format has to be json): %w", err)
	}
	r := &run{cfg: cfg.withDefaults(), only: req.wants}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.load(); err != nil {
		return nil, err
	}
	if !r.rep.HasErrors() {
		if err := r.agree(req); err != nil {
			return nil, err
		}
	}
	if r.rep.HasErrors() {
		return r.result(), nil
	}
	if err := r.emit(ctx); err != nil {
		return nil, err
	}
	outputs := r.outputs()
	answer := response{Files: make([]responseFile, len(outputs))}
	for i, f := range outputs {
		below, ok := strings.CutPrefix(f.path, r.blocks[0].Out+"/")
		if !ok {
			diag.Bugf("generator: %s is emitted outside of %s", f.path, r.blocks[0].Out)
		}
		answer.Files[i].Name = below
		outputs[i].print = func(b *bytes.Buffer) error {
			err := f.print(b)
			answer.Files[i].Contents = bytes.Clone(b.Bytes())
			return err
		}
	}
	if err := r.write(ctx, outputs, func(a Action) bool { return a == Removed }); err != nil {
		return nil, err
	}
	if r.rep.HasErrors() {
		return r.result(), nil
	}
	if err := json.NewEncoder(out).Encode(answer); err != nil {
		return nil, fmt.Errorf("answer sqlc: %w", err)
	}
	return r.result(), nil
}

// agree reports where the request differs from the configuration.
func (r *run) agree(req request) error {
	differs := func(pos diag.Pos, message string, sqlc, ours any) {
		r.rep.Add(diag.Diagnostic{Code: diag.CodePluginSettings, Pos: pos, Message: message,
			Why: fmt.Sprintf("sqlc says %s, and %s says %s", compact(sqlc), r.conf.File, compact(ours)),
			Fix: "run sqlc in the folder of its configuration, without -f"})
	}
	settings := req.Settings
	if len(r.blocks) != 1 {
		var outs []string
		for _, b := range r.conf.Blocks {
			outs = append(outs, b.Out)
		}
		differs(diag.Pos{File: r.conf.File}, "the configuration has no entry for what sqlc asks", settings.Codegen.Out, outs)
		return nil
	}
	b := r.blocks[0]
	options, err := b.Options()
	if err != nil {
		return fmt.Errorf("read the options of tenantc: %w", err)
	}
	var asked any
	if len(settings.Codegen.Options) > 0 {
		if err := json.Unmarshal(settings.Codegen.Options, &asked); err != nil {
			return fmt.Errorf("read the options in the request of sqlc: %w", err)
		}
	}
	for _, s := range []struct {
		what       string
		sqlc, ours any
	}{
		{"another engine", settings.Engine, "postgresql"},
		{"another schema", settings.Schema, b.Schema},
		{"other queries", settings.Queries, b.Queries},
		{"other options", asked, options},
	} {
		if !reflect.DeepEqual(plain(s.sqlc), plain(s.ours)) {
			differs(b.Pos, "sqlc was started with "+s.what, s.sqlc, s.ours)
		}
	}
	if !slices.ContainsFunc(r.cfg.Env, func(kv string) bool { return strings.HasPrefix(kv, "PATH=") && kv != "PATH=" }) {
		r.rep.Add(diag.Diagnostic{Code: diag.CodePluginSettings, Pos: diag.Pos{File: r.conf.File},
			Message: "the plugin tenantc is not given the PATH on which it would find sqlc",
			Why:     "sqlc hands on only those variables that the plugin's env names",
			Fix:     "env: [PATH, HOME, GOCACHE, GOMODCACHE, GOPATH, GOFLAGS, TMPDIR, LOCALAPPDATA, USERPROFILE]"})
	}
	return nil
}

// plain returns v as JSON would have it, so that two ways of writing one
// value are equal.
func plain(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return err // equal to nothing
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		return err
	}
	return out
}

// compact prints v for a message.
func compact(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if len(data) > 200 {
		return string(data[:200]) + "…"
	}
	return string(data)
}
