package catalog

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// blockEnd are the words that end a list of statements.
var blockEnd = wordSet(`end exception else elsif elseif when`)

// block reads [DECLARE …] BEGIN … [EXCEPTION …] END, without what follows. What
// stands under a handler may have had no effect, unless it is one statement
// that fails only because what it makes is there.
func (p *doParser) block() bool {
	vars := maps.Clone(p.vars)
	declared := map[string]bool{}
	defer func() { // what is declared here hides what has the name outside
		for name := range declared {
			p.vars[name] = vars[name]
		}
	}()
	if p.word("declare") {
		for p.at < len(p.tokens) && p.text(p.at) != "begin" {
			declared[p.text(p.at)] = true
			if !p.declaration() {
				return false
			}
		}
	}
	if !p.word("begin") {
		return false
	}
	unsure, once := p.unsure, p.once
	if end := p.handler(); end >= 0 {
		if p.single(end) && p.duplicatesOnly(end) {
			p.once = true
		} else {
			p.unsure = true
		}
	}
	if !p.statements() {
		return false
	}
	p.once = once
	if p.word("exception") {
		p.unsure = true
		for p.word("when") {
			i := p.until("then")
			if i < 0 {
				return false
			}
			p.at = i + 1
			if !p.statements() {
				return false
			}
		}
	}
	p.unsure = unsure
	return p.word("end")
}

// declaration reads name [CONSTANT] type [NOT NULL] [:= value];
func (p *doParser) declaration() bool {
	name := p.text(p.at)
	end := p.until(";")
	if end < 0 {
		return false
	}
	var v *doValue
	if i := p.until(":=", "=", "default"); i >= 0 {
		p.b.callsIn(p.span(i+1, end))
		v = p.value(i+1, end)
	}
	p.at = end + 1
	p.vars[name] = v
	return true
}

// statements reads statements up to a word that ends a list of them.
func (p *doParser) statements() bool {
	for p.at < len(p.tokens) && !blockEnd[p.text(p.at)] {
		if !p.control() {
			return false
		}
	}
	return true
}

// control reads one statement of PL/pgSQL or SQL.
func (p *doParser) control() bool {
	switch w := p.text(p.at); w {
	case "declare", "begin":
		return p.block() && p.word(";")
	case "if":
		return p.branches()
	case "for", "foreach", "while", "loop":
		return p.loop()
	case "null", "raise", "get", "assert", "close":
		return p.plain()
	case "return", "exit", "continue":
		p.gone = p.gone || !p.dry
		return p.plain()
	case "execute":
		return p.execute()
	}
	if next := p.text(p.at + 1); next == ":=" || next == "=" {
		end := p.until(";")
		if end < 0 {
			return false
		}
		name := p.text(p.at)
		p.b.callsIn(p.span(p.at+2, end))
		p.give(name, p.value(p.at+2, end))
		p.at = end + 1
		return true
	}
	if p.text(p.at+1) == "." && p.text(p.at+3) == ":=" {
		p.give(p.text(p.at), nil)
		return p.plain()
	}
	return p.sql()
}

// plain steps over a statement that changes no schema, as far as the functions
// that it calls do not.
func (p *doParser) plain() bool {
	start := p.at
	if !p.skip() {
		return false
	}
	if !p.dry {
		p.b.callsIn(p.span(start, p.at))
	}
	if p.text(start) == "get" {
		for name := range p.vars {
			p.vars[name] = nil
		}
	}
	return true
}

// handler returns the index of the EXCEPTION that belongs to the block whose
// statements begin here, or -1.
func (p *doParser) handler() int {
	depth := 0
	for i := p.at; i < len(p.tokens); i++ {
		before := p.text(i - 1)
		switch p.text(i) {
		case "begin", "case", "loop":
			if before != "end" {
				depth++
			}
		case "if":
			if slices.Contains([]string{";", "begin", "then", "else", "loop"}, before) {
				depth++
			}
		case "end":
			if depth == 0 {
				return -1
			}
			depth--
		case "exception":
			if depth == 0 && before == ";" {
				return i
			}
		}
	}
	return -1
}

// single reports whether one statement alone stands before the handler at end.
func (p *doParser) single(end int) bool {
	count := 0
	for i := p.at; i < end; i++ {
		switch p.text(i - 1) {
		case ";", "begin", "then", "else", "loop":
			switch p.text(i) {
			case "if", "elsif", "elseif", "else", "end", "null", "raise", "begin":
			case "for", "foreach", "while", "loop", "return":
				return false
			default:
				count++
			}
		}
	}
	return count == 1
}

// duplicatesOnly reports whether the handler at end catches only that something
// is there already, and does nothing about it.
func (p *doParser) duplicatesOnly(end int) bool {
	for i := end + 1; i < len(p.tokens); i++ {
		switch p.text(i) {
		case "when", "or":
			if !strings.HasPrefix(p.text(i+1), "duplicate_") {
				return false
			}
		case "then":
			for i++; p.text(i) == "null" || p.text(i) == "raise"; i++ {
				for ; i < len(p.tokens) && p.text(i) != ";"; i++ {
				}
			}
			i--
		case "end":
			return true
		}
	}
	return false
}

// branches reads IF … THEN … [ELSIF …] [ELSE …] END IF. A condition that the
// catalog answers leads one way; under another, either way may be taken.
func (p *doParser) branches() bool {
	dry, unsure := p.dry, p.unsure
	taken := false // a branch that is surely taken has been met
	for {
		p.at++ // IF or ELSIF
		then := p.until("then")
		if then < 0 {
			p.why = "a condition in it is not understood"
			return false
		}
		holds, known := p.condition(p.at, then)
		if !dry {
			p.b.callsIn(p.span(p.at, then))
		}
		p.at = then + 1
		p.dry = dry || taken || known && !holds
		p.unsure = p.unsure || !known // and so are the branches behind it
		if !p.statements() {
			return false
		}
		taken = taken || known && holds
		if w := p.text(p.at); w == "elsif" || w == "elseif" {
			continue
		}
		break
	}
	if p.word("else") {
		p.dry = dry || taken
		if !p.statements() {
			return false
		}
	}
	p.dry, p.unsure = dry, unsure
	return p.words("end", "if", ";")
}

const maxTurns = 2000 // of the loops of one body

// loop reads the loops. One over numbers or a list that are written there is run
// through; what stands in another may run or not.
func (p *doParser) loop() bool {
	kind := p.text(p.at)
	head := p.until("loop")
	if head < 0 {
		return false
	}
	p.b.callsIn(p.span(p.at, head))
	name, turns, known := p.turnsOf(kind, head)
	dry, unsure := p.dry, p.unsure
	defer func() { p.dry, p.unsure = dry, unsure }()
	start := head + 1
	p.turns += len(turns)
	if !known || p.turns > maxTurns {
		turns = []*doValue{nil}
		p.unsure = true
	}
	if len(turns) == 0 {
		p.dry, turns = true, []*doValue{nil}
	}
	for _, v := range turns {
		p.at = start
		if name != "" {
			p.give(name, v)
		}
		if !p.statements() {
			return false
		}
		if !p.words("end", "loop") || !p.skip() {
			return false
		}
	}
	return true
}

// turnsOf returns the variable of a loop and the values that it takes.
func (p *doParser) turnsOf(kind string, head int) (name string, turns []*doValue, known bool) {
	if kind != "for" && kind != "foreach" {
		return "", nil, false
	}
	name = p.text(p.at + 1)
	if p.text(p.at+2) != "in" {
		return name, nil, false
	}
	from := p.at + 3
	if kind == "foreach" {
		if p.text(from) != "array" {
			return name, nil, false
		}
		return name, split(p.value(from+1, head)), p.value(from+1, head) != nil
	}
	for i := from; i < head; i++ {
		if p.text(i) == ".." {
			low, err1 := strconv.Atoi(p.span(from, i))
			high, err2 := strconv.Atoi(p.span(i+1, head))
			if err1 != nil || err2 != nil || high-low > maxTurns {
				return name, nil, false
			}
			for n := low; n <= high; n++ {
				turns = append(turns, &doValue{texts: []string{strconv.Itoa(n)}})
			}
			return name, turns, true
		}
	}
	// FOR t IN SELECT unnest(ARRAY[…])
	if p.text(from) == "select" && p.text(from+1) == "unnest" && p.text(from+2) == "(" && p.text(head-1) == ")" {
		v := p.value(from+3, head-1)
		return name, split(v), v != nil
	}
	return name, nil, false
}

// split makes a value of each element of a list.
func split(v *doValue) []*doValue {
	if v == nil {
		return nil
	}
	var out []*doValue
	for _, t := range v.texts {
		out = append(out, &doValue{texts: []string{t}})
	}
	return out
}
