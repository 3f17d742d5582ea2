package sqlcrun

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// indent is by how much each level of sqlc's request is indented.
const indent = " "

// stream reads JSON token by token, as sqlc writes it.
//
// Most of a request is passed over: every function of PostgreSQL, and of each
// column two dozen fields that are not asked for. encoding/json looks at each
// byte of that through its state machine; here a value that nobody wants costs
// a search for its end. What is kept is checked for its form; of what is passed
// over, only that it ends.
type stream struct {
	r    io.Reader
	buf  []byte
	pos  int   // of the next byte in buf
	base int64 // offset of buf's first byte in the text
	err  error // of r, once buf is used up
	deep int   // how many objects and arrays are open

	names map[string]string // strings that were read, since most come again
}

func newStream(r io.Reader) *stream {
	return &stream{r: r, buf: make([]byte, 0, 64<<10), names: map[string]string{}}
}

// offset returns where the next value stands that is a member of the outermost
// object.
func (s *stream) offset() int64 { return s.base + int64(s.pos) }

// streamFrom returns a stream that begins at what offset returned.
func streamFrom(r io.ReadSeeker, at int64) (*stream, error) {
	if _, err := r.Seek(at, io.SeekStart); err != nil {
		return nil, err
	}
	s := newStream(r)
	s.base, s.deep = at, 1
	return s, nil
}

// fill drops what stands before position keep, and reads more behind the rest.
// It returns false at the end of the text.
func (s *stream) fill(keep int) bool {
	n := copy(s.buf, s.buf[keep:])
	s.base += int64(keep)
	s.pos -= keep
	s.buf = s.buf[:n]
	if n == cap(s.buf) {
		s.buf = append(make([]byte, 0, 2*cap(s.buf)), s.buf...)
	}
	for s.err == nil {
		more, err := s.r.Read(s.buf[n:cap(s.buf)])
		s.buf, s.err = s.buf[:n+more], err
		if more > 0 {
			return true
		}
	}
	return false
}

// peek returns the next byte that is no blank, without consuming it.
func (s *stream) peek() (byte, error) {
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\n', '\r':
			default:
				return c, nil
			}
		}
		if !s.fill(s.pos) {
			if errors.Is(s.err, io.EOF) {
				return 0, io.ErrUnexpectedEOF
			}
			return 0, s.err
		}
	}
}

// take consumes the next byte that is no blank, which is to be want.
func (s *stream) take(want byte) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != want {
		return s.wrong(fmt.Sprintf("%q", want))
	}
	s.pos++
	return nil
}

func (s *stream) wrong(want string) error {
	return fmt.Errorf("at byte %d: %q where %s belongs", s.base+int64(s.pos), s.buf[s.pos], want)
}

// object reads an object and calls fn before each value, which fn consumes. A
// null is an empty object.
func (s *stream) object(fn func(key string) error) error {
	return s.collection('{', '}', s.member(fn))
}

// member returns what reads a member of an object.
func (s *stream) member(fn func(key string) error) func() error {
	return func() error {
		key, err := s.str()
		if err != nil {
			return err
		}
		if err := s.take(':'); err != nil {
			return err
		}
		return fn(key)
	}
}

// array reads an array and calls fn before each element, which fn consumes.
func (s *stream) array(fn func() error) error { return s.collection('[', ']', fn) }

func (s *stream) collection(opening, closing byte, fn func() error) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c == 'n' {
		return s.literal("null")
	}
	if err := s.take(opening); err != nil {
		return err
	}
	s.deep++
	if c, err = s.peek(); err != nil {
		return err
	}
	if c == closing {
		s.pos++
		s.deep--
		return nil
	}
	if err := fn(); err != nil {
		return err
	}
	return s.rest(closing, fn)
}

// rest reads what is left of a collection behind one of its elements.
func (s *stream) rest(closing byte, fn func() error) error {
	for {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == closing {
			s.pos++
			s.deep--
			return nil
		}
		if err := s.take(','); err != nil {
			return err
		}
		if err := fn(); err != nil {
			return err
		}
	}
}

// raw consumes a string and returns what stands between its quotes, which is
// good until the next call.
func (s *stream) raw() (text []byte, escaped bool, err error) {
	if err := s.take('"'); err != nil {
		return nil, false, err
	}
	start := s.pos
	for {
		for s.pos < len(s.buf) {
			n := bytes.IndexByte(s.buf[s.pos:], '"')
			if n < 0 {
				n = len(s.buf) - s.pos
			}
			if e := bytes.IndexByte(s.buf[s.pos:s.pos+n], '\\'); e >= 0 {
				escaped = true
				if s.pos+e+1 >= len(s.buf) { // what is escaped has not been read yet
					s.pos += e
					break
				}
				s.pos += e + 2
				continue
			}
			s.pos += n
			if s.pos < len(s.buf) {
				text = s.buf[start:s.pos]
				s.pos++
				return text, escaped, nil
			}
		}
		if !s.fill(start) {
			if errors.Is(s.err, io.EOF) {
				return nil, false, io.ErrUnexpectedEOF
			}
			return nil, false, s.err
		}
		start = 0
	}
}

// str reads a string; a null is "".
func (s *stream) str() (string, error) {
	if c, err := s.peek(); err != nil || c == 'n' {
		return "", errors.Join(err, s.literalIf(err == nil, "null"))
	}
	text, escaped, err := s.raw()
	if err != nil {
		return "", err
	}
	if !escaped {
		if known, ok := s.names[string(text)]; ok {
			return known, nil
		}
		out := string(text)
		if len(out) <= 64 {
			s.names[out] = out
		}
		return out, nil
	}
	quoted := make([]byte, 0, len(text)+2)
	quoted = append(append(append(quoted, '"'), text...), '"')
	var out string
	if err := json.Unmarshal(quoted, &out); err != nil {
		return "", err
	}
	return out, nil
}

func (s *stream) literalIf(ok bool, word string) error {
	if !ok {
		return nil
	}
	return s.literal(word)
}

// literal consumes a word.
func (s *stream) literal(word string) error {
	for i := range len(word) {
		if s.pos == len(s.buf) && !s.fill(s.pos) {
			return io.ErrUnexpectedEOF
		}
		if s.buf[s.pos] != word[i] {
			return s.wrong(word)
		}
		s.pos++
	}
	return nil
}

// boolean reads true or false.
func (s *stream) boolean() (bool, error) {
	c, err := s.peek()
	switch {
	case err != nil:
		return false, err
	case c == 't':
		return true, s.literal("true")
	}
	return false, s.literal("false")
}

// integer reads a whole number.
func (s *stream) integer() (int, error) {
	if _, err := s.peek(); err != nil {
		return 0, err
	}
	return strconv.Atoi(string(s.word()))
}

// word consumes the letters, digits and signs of a number or literal. It is
// empty where none stands, and good until the next call.
func (s *stream) word() []byte {
	start := s.pos
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			switch c := s.buf[s.pos]; {
			case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c == '-', c == '+', c == '.', c == 'E':
			default:
				return s.buf[start:s.pos]
			}
		}
		more := s.fill(start)
		start = 0
		if !more {
			return s.buf[:s.pos]
		}
	}
}

// skipLines is skip for an object or array that is written over several lines:
// no string has a line break in it, so its end is the first closing bracket with
// the indentation of the value itself. Anything else it leaves alone.
func (s *stream) skipLines() (bool, error) {
	c, err := s.peek()
	if err != nil || c != '{' && c != '[' || s.pos+1 == len(s.buf) || s.buf[s.pos+1] != '\n' {
		return false, err
	}
	closing := append([]byte("\n"), strings.Repeat(indent, s.deep)...)
	closing = append(closing, c+2) // in ASCII, as { and }
	return true, s.skipPast(closing)
}

// skipPast passes over everything up to text, and that.
func (s *stream) skipPast(text []byte) error {
	for {
		if n := bytes.Index(s.buf[s.pos:], text); n >= 0 {
			s.pos += n + len(text)
			return nil
		}
		if !s.fill(max(s.pos, len(s.buf)-len(text))) {
			if errors.Is(s.err, io.EOF) {
				return io.ErrUnexpectedEOF
			}
			return s.err
		}
		s.pos = 0
	}
}

// skip consumes one value without keeping it.
func (s *stream) skip() error {
	if done, err := s.skipLines(); done || err != nil {
		return err
	}
	depth := 0
	for {
		c, err := s.peek()
		if err != nil {
			return err
		}
		switch c {
		case '{', '[':
			depth++
			s.pos++
		case '}', ']':
			depth--
			s.pos++
		case '"':
			if _, _, err := s.raw(); err != nil {
				return err
			}
		case ',', ':':
			if depth == 0 {
				return s.wrong("a value")
			}
			s.pos++
		default:
			if len(s.word()) == 0 {
				return s.wrong("a value")
			}
		}
		if depth < 0 {
			s.pos--
			return s.wrong("a value")
		}
		if depth == 0 {
			return nil
		}
	}
}
