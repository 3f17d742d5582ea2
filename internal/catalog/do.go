package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// do interprets a DO block. A block without a word of DDL changes rows only.
// Any other is followed statement by statement: conditions that the catalog can
// answer are answered, loops over a written list are run through, and text is
// put together where all of it is known. What may or may not have run has to be
// of a kind with which the catalog is right either way (see perhaps); else the
// block is refused: what it does, only the server knows.
func (b *builder) do(s *pgast.DoStmt) {
	var body string
	offset := -1
	for _, n := range s.GetArgs() {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "as":
			body = d.GetArg().GetString_().GetSval()
			offset = b.bodyOffset(int(d.GetLocation()), body)
		case "language":
			if !strings.EqualFold(d.GetArg().GetString_().GetSval(), "plpgsql") {
				b.refuseDo("its language is not PL/pgSQL")
				return
			}
		}
	}
	b.writesText(body)
	if !mayRunDDL(body) {
		b.callsIn(body)
		return
	}
	if offset < 0 {
		b.refuseDo("its text cannot be read in place")
		return
	}
	p := &doParser{b: b, body: body, offset: offset, vars: map[string]*doValue{}}
	if !p.all() {
		b.refuseDo(p.why)
	}
}

func (b *builder) refuseDo(why string) {
	if why == "" {
		why = "which of its statements run is not known before it runs"
	}
	b.refuseCode(diag.Diagnostic{
		Message: "a DO block that changes the schema",
		Why:     why,
		Fix:     "write its CREATE, ALTER and DROP statements into the migration, with IF NOT EXISTS where there is one",
	})
}

// callsIn looks at the functions that a text without DDL calls.
func (b *builder) callsIn(body string) {
	tokens, err := pgast.Scan(body)
	if err != nil {
		return // without a DDL word no text can hide one
	}
	for i := 0; i+1 < len(tokens); i++ {
		name := body[tokens[i].Start:tokens[i].End]
		if body[tokens[i+1].Start:tokens[i+1].End] != "(" {
			continue
		}
		if quoted, ok := strings.CutPrefix(name, `"`); ok {
			name = strings.ReplaceAll(strings.TrimSuffix(quoted, `"`), `""`, `"`)
		} else {
			name = strings.ToLower(name) // a word of the language may be a name, too
		}
		b.userFunction([]*pgast.Node{{Node: &pgast.Node_String_{String_: &pgast.String{Sval: name}}}})
	}
}

// bodyOffset returns where a block's body begins in the file, or -1 when the
// file has it in another spelling, as with doubled quotes.
func (b *builder) bodyOffset(location int, body string) int {
	if location < 0 || location > len(b.src.text) {
		return -1
	}
	at := strings.Index(b.src.text[location:], body)
	if at < 0 || body == "" {
		return -1
	}
	return location + at
}

// followed reports whether the body of a function in PL/pgSQL, called with
// arguments that are not known, leaves what the catalog says right.
func (b *builder) followed(f *Function) bool {
	if f.Language != "plpgsql" || b.calls > 10 {
		return false
	}
	b.calls++
	defer func() { b.calls-- }()
	p := &doParser{b: b, body: f.Body, still: true, unsure: true, vars: map[string]*doValue{}}
	for _, a := range f.Args {
		p.vars[a.Name] = nil
	}
	found := &diag.List{}
	rep := b.rep
	b.rep = found
	defer func() { b.rep = rep }()
	return p.all() && !found.HasErrors()
}

// doParser follows a body in PL/pgSQL. It runs statements as it meets them.
type doParser struct {
	b      *builder
	body   string
	offset int  // of body in the statement's text
	still  bool // body is not in the file: positions are those of the statement
	tokens []*pgast.ScanToken
	at     int
	why    string
	vars   map[string]*doValue // declared variables; nil where the value is not known
	dry    bool                // this way is not taken
	unsure bool                // whether this way is taken is not known
	gone   bool                // a RETURN or EXIT stands before, which may have been met
	once   bool                // what is there already is no finding here
	turns  int                 // of loops
}

// doValue is a value that the text gives: a list, or its single element.
type doValue struct {
	list  bool
	texts []string
}

func (p *doParser) all() bool {
	tokens, err := pgast.Scan(p.body)
	if err != nil {
		p.why = "its text cannot be read"
		return false
	}
	for _, t := range tokens {
		if t.Token != pgast.Token_SQL_COMMENT && t.Token != pgast.Token_C_COMMENT {
			p.tokens = append(p.tokens, t)
		}
	}
	if !p.block() {
		return false
	}
	p.word(";")
	return p.at == len(p.tokens)
}

func (p *doParser) text(i int) string {
	if i < 0 || i >= len(p.tokens) {
		return ""
	}
	return strings.ToLower(p.body[p.tokens[i].Start:p.tokens[i].End])
}

// word steps over the next token if it is w.
func (p *doParser) word(w string) bool {
	if p.text(p.at) != w {
		return false
	}
	p.at++
	return true
}

func (p *doParser) words(list ...string) bool {
	for i, w := range list {
		if p.text(p.at+i) != w {
			return false
		}
	}
	p.at += len(list)
	return true
}

// until returns the index of the next of the words outside of brackets, or -1.
func (p *doParser) until(words ...string) int {
	depth := 0
	for i := p.at; i < len(p.tokens); i++ {
		w := p.text(i)
		if depth == 0 {
			for _, want := range words {
				if w == want {
					return i
				}
			}
			if w == ";" {
				return -1
			}
		}
		switch w {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		}
	}
	return -1
}

// span is the text from token i up to token j.
func (p *doParser) span(i, j int) string {
	if i >= j {
		return ""
	}
	return p.body[p.tokens[i].Start:p.tokens[j-1].End]
}

// skip steps over the next semicolon outside brackets.
func (p *doParser) skip() bool {
	i := p.until(";")
	if i < 0 {
		return false
	}
	p.at = i + 1
	return true
}

// maybe reports whether what stands here may run or not.
func (p *doParser) maybe() bool { return p.unsure || p.gone }

// give sets a variable; where the way is not sure, nothing is known of it.
func (p *doParser) give(name string, v *doValue) {
	if p.dry {
		return
	}
	if p.maybe() {
		v = nil
	}
	p.vars[name] = v
}
