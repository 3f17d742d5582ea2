package prove

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// plBody is what a body in PL/pgSQL does, in the order of its text: variables
// come into being, and expressions are computed. Of the language only those
// statements are in it that read nothing by themselves: assignments, IF, loops
// over numbers and arrays, RETURN, RAISE of an error, blocks and handlers.
type plBody struct {
	vars  []plVar
	steps []plStep
}

// plVar is a declared variable; the one of a loop over numbers is an integer.
type plVar struct{ name, typ string }

// plStep is an expression that is computed, or a RETURN without one.
type plStep struct {
	target  string // what it is assigned to, as "n" or "new.n"; "" for a value that is only looked at
	returns bool
	expr    string // as written; "" only for a RETURN alone
}

// readPL takes a body apart. It reports false for one with a statement that is
// not in plBody: the caller has then learnt nothing.
func readPL(text string) (*plBody, bool) {
	tokens, err := pgast.Scan(text)
	if err != nil {
		return nil, false
	}
	r := &plReader{text: text, body: &plBody{}}
	for _, t := range tokens {
		if t.GetToken() != pgast.Token_SQL_COMMENT && t.GetToken() != pgast.Token_C_COMMENT {
			r.tokens = append(r.tokens, t)
		}
	}
	r.block(0)
	if r.is(";") {
		r.next()
	}
	return r.body, !r.failed && r.at == len(r.tokens)
}

// plReader reads the tokens of a body.
type plReader struct {
	text   string
	tokens []*pgast.ScanToken
	at     int
	failed bool
	body   *plBody
}

// peek returns the text of a token ahead, in small letters, or "" where there is
// none. What is in quotes is no word and no sign, and begins with its quote.
func (r *plReader) peek(ahead int) string {
	if r.failed || r.at+ahead >= len(r.tokens) {
		return ""
	}
	t := r.tokens[r.at+ahead]
	return strings.ToLower(r.text[t.GetStart():t.GetEnd()])
}

func (r *plReader) is(words ...string) bool {
	return slices.Contains(words, r.peek(0))
}

func (r *plReader) next() { r.at++ }

// want passes over words that have to stand here.
func (r *plReader) want(words ...string) {
	for _, w := range words {
		if !r.is(w) {
			r.failed = true
			return
		}
		r.next()
	}
}

// name reads a plain name.
func (r *plReader) name() string {
	w := r.peek(0)
	if w == "" || w[0] != '_' && (w[0] < 'a' || w[0] > 'z') || strings.ContainsAny(w, `"'&`) {
		r.failed = true
		return ""
	}
	r.next()
	return w
}

// until reads to one of the words, as PL/pgSQL does: brackets count, and nothing
// else does. It returns what stands before the word, which is not passed over.
func (r *plReader) until(words ...string) string {
	from, depth := r.at, 0
	for !r.failed {
		w := r.peek(0)
		switch {
		case w == "", depth == 0 && w == ";" && !slices.Contains(words, w):
			r.failed = true
		case depth == 0 && slices.Contains(words, w):
			if r.at == from {
				r.failed = true
				return ""
			}
			return r.text[r.tokens[from].GetStart():r.tokens[r.at-1].GetEnd()]
		case w == "(" || w == "[":
			depth++
		case w == ")" || w == "]":
			depth--
		}
		r.next()
	}
	return ""
}

// compute notes the expression before one of the words.
func (r *plReader) compute(words ...string) {
	r.body.steps = append(r.body.steps, plStep{expr: r.until(words...)})
}

const maxPLDepth = 100

// block reads [DECLARE …] BEGIN … [EXCEPTION WHEN …] END, without what follows.
func (r *plReader) block(depth int) {
	if depth > maxPLDepth {
		r.failed = true
	}
	if r.is("declare") {
		r.next()
		for !r.failed && !r.is("begin") {
			r.declaration()
		}
	}
	r.want("begin")
	r.statements(depth, "exception", "end")
	if r.is("exception") {
		r.next()
		for !r.failed && !r.is("end") {
			r.want("when")
			r.condition()
			for r.is("or") {
				r.next()
				r.condition()
			}
			r.want("then")
			r.statements(depth, "when", "end")
		}
	}
	r.want("end")
}

// condition reads the name of an error, or SQLSTATE '22023'.
func (r *plReader) condition() {
	if r.name() == "sqlstate" {
		r.literal()
	}
}

// literal passes over a plain literal.
func (r *plReader) literal() {
	if !strings.HasPrefix(r.peek(0), "'") {
		r.failed = true
	}
	r.next()
}

// declaration reads name [CONSTANT] type [NOT NULL] [:= value];
func (r *plReader) declaration() {
	v := plVar{name: r.name()}
	if r.is("constant") {
		r.next()
	}
	v.typ = r.until("not", "default", ":=", "=", ";")
	r.body.vars = append(r.body.vars, v)
	if r.is("not") {
		r.want("not", "null")
	}
	if r.is("default", ":=", "=") {
		r.next()
		r.body.steps = append(r.body.steps, plStep{target: v.name, expr: r.until(";")})
	}
	r.want(";")
}

// statements reads to one of the words.
func (r *plReader) statements(depth int, words ...string) {
	for !r.failed && !r.is(words...) {
		r.statement(depth + 1)
	}
}

func (r *plReader) statement(depth int) {
	switch word := r.peek(0); word {
	case "null":
		r.want("null", ";")
	case "declare", "begin":
		r.block(depth)
		r.want(";")
	case "if":
		r.next()
		r.compute("then")
		r.want("then")
		r.statements(depth, "elsif", "elseif", "else", "end")
		for r.is("elsif", "elseif") {
			r.next()
			r.compute("then")
			r.want("then")
			r.statements(depth, "elsif", "elseif", "else", "end")
		}
		if r.is("else") {
			r.next()
			r.statements(depth, "end")
		}
		r.want("end", "if", ";")
	case "loop":
		r.next()
		r.statements(depth, "end")
		r.want("end", "loop", ";")
	case "while": // the LOOP behind it is read as a statement of its own
		r.next()
		r.compute("loop")
	case "for":
		r.forNumbers()
	case "foreach":
		r.next()
		v := r.name()
		r.want("in", "array")
		r.body.steps = append(r.body.steps, plStep{target: v, expr: r.until("loop")})
	case "exit", "continue":
		r.next()
		if r.is("when") {
			r.next()
			r.compute(";")
		}
		r.want(";")
	case "return":
		r.next()
		step := plStep{returns: true}
		if r.is("next", "query") {
			r.failed = true
		}
		if !r.is(";") {
			step.expr = r.until(";")
		}
		r.body.steps = append(r.body.steps, step)
		r.want(";")
	case "raise":
		r.raise()
	default:
		r.assignment()
	}
}

// forNumbers reads FOR i IN [REVERSE] a .. b [BY c] up to LOOP; a loop over a
// query has no two dots.
func (r *plReader) forNumbers() {
	r.next()
	r.body.vars = append(r.body.vars, plVar{r.name(), "int4"})
	r.want("in")
	if r.is("reverse") {
		r.next()
	}
	r.compute("..", "loop")
	r.want("..")
	r.compute("by", "loop")
	if r.is("by") {
		r.next()
		r.compute("loop")
	}
}

// raise reads a RAISE that ends the run. A notice would be sent for each row
// that a condition is tried on, also those that are dropped afterwards.
func (r *plReader) raise() {
	r.next()
	if r.is("exception") {
		r.next()
	}
	switch {
	case r.is("debug", "log", "info", "notice", "warning"):
		r.failed = true
		return
	case r.is(";"):
	case strings.HasPrefix(r.peek(0), "'"):
		r.next()
		for r.is(",") {
			r.next()
			r.compute(",", "using", ";")
		}
	case !r.is("using"):
		r.condition()
	}
	if r.is("using") {
		r.next()
		r.option()
		for r.is(",") {
			r.next()
			r.option()
		}
	}
	r.want(";")
}

// option reads one of the options behind USING.
func (r *plReader) option() {
	r.name()
	if !r.is(":=", "=") {
		r.failed = true
	}
	r.next()
	r.compute(",", ";")
}

// assignment reads n := value; or new.n := value;
func (r *plReader) assignment() {
	step := plStep{target: r.name()}
	if r.is(".") {
		r.next()
		step.target += "." + r.name()
	}
	if r.is(":=", "=") {
		r.next()
	} else {
		r.failed = true
	}
	step.expr = r.until(";")
	r.body.steps = append(r.body.steps, step)
	r.want(";")
}
