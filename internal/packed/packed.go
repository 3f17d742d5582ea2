// Package packed keeps many small values in few bytes until they are wanted.
//
// In come values, one behind the other; out come the same values in the same
// order. What a proof says of each statement of a large project would otherwise
// take more memory than its schema. Nothing of it is meant for another process.
package packed

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Log is a list of packed values. The zero value is empty.
type Log struct {
	count int
	bytes []byte
	texts []string       // each once
	known map[string]int // their places in texts
}

// Len returns the number of values.
func (l *Log) Len() int { return l.count }

// Add packs a value behind the others: pack is called once with a Packing that
// takes what it is given. The log keeps nothing that its texts are a part of.
func (l *Log) Add(pack func(*Packing)) {
	if l.known == nil {
		l.known = map[string]int{}
	}
	l.count++
	pack(&Packing{log: l})
}

// Seal lets go of what only Add needs. Nothing may be added afterwards.
func (l *Log) Seal() {
	l.known, l.bytes, l.texts = nil, slices.Clone(l.bytes), slices.Clone(l.texts)
}

// Values returns a Packing that gives back what was packed, from the first value
// on. It panics when it is asked for more than was packed. What is asked for in
// another order is not noticed.
func (l *Log) Values() *Packing { return &Packing{log: l, gives: true, rest: l.bytes} }

// Packing takes the parts of a value, and changes nothing, or gives them back,
// each through a pointer: one description of a value serves both ways.
type Packing struct {
	log   *Log
	gives bool
	rest  []byte
}

// Gives reports whether the parts are given back.
func (p *Packing) Gives() bool { return p.gives }

// Number packs a number, a small one in one byte.
func Number[T ~int | ~int8 | ~int32](p *Packing, n *T) {
	if !p.gives {
		p.log.bytes = binary.AppendVarint(p.log.bytes, int64(*n))
		return
	}
	v, size := binary.Varint(p.rest)
	if size <= 0 {
		panic("packed: there is no further value")
	}
	*n, p.rest = T(v), p.rest[size:]
}

// Bool packs a truth value.
func (p *Packing) Bool(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	if Number(p, &n); p.gives {
		*b = n == 1
	}
}

// Bytes packs as many bytes as b is long.
func (p *Packing) Bytes(b []byte) {
	if !p.gives {
		p.log.bytes = append(p.log.bytes, b...)
		return
	}
	if len(p.rest) < len(b) {
		panic("packed: there is no further value")
	}
	p.rest = p.rest[copy(b, p.rest):]
}

// Once packs a text that no other value has.
func (p *Packing) Once(s *string) {
	n := len(*s)
	Number(p, &n)
	if !p.gives {
		p.log.bytes = append(p.log.bytes, *s...)
		return
	}
	if len(p.rest) < n {
		panic("packed: there is no further value")
	}
	*s, p.rest = string(p.rest[:n]), p.rest[n:]
}

// Text packs a text that other values have too.
func (p *Packing) Text(s *string) {
	if !p.gives {
		at := p.log.place(*s)
		Number(p, &at)
		return
	}
	var at int
	Number(p, &at)
	*s = p.log.texts[at]
}

func (l *Log) place(s string) int {
	at, ok := l.known[s]
	if !ok {
		s = strings.Clone(s)
		at = len(l.texts)
		l.known[s], l.texts = at, append(l.texts, s)
	}
	return at
}

// List packs a list; nil stays nil, and an empty one empty.
func List[T any](p *Packing, list *[]T, each func(*Packing, *T)) {
	n := len(*list) + 1
	if *list == nil {
		n = 0
	}
	Number(p, &n)
	if p.gives {
		*list = nil
		if n > 0 {
			*list = make([]T, n-1)
		}
	}
	for i := range *list {
		each(p, &(*list)[i])
	}
}
