package sqlcrun

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// decode reads any JSON with a stream, into what encoding/json makes of it.
func decode(s *stream) (any, error) {
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	switch {
	case c == '{':
		out := map[string]any{}
		return out, s.object(func(key string) error {
			v, err := decode(s)
			out[key] = v
			return err
		})
	case c == '[':
		out := []any{}
		return out, s.array(func() error {
			v, err := decode(s)
			out = append(out, v)
			return err
		})
	case c == '"':
		return s.str()
	case c == 't' || c == 'f':
		return s.boolean()
	case c == 'n':
		return nil, s.literal("null")
	}
	n, err := s.integer()
	return float64(n), err
}

var documents = []string{
	`{}`, `[]`, ` [ 1 , -2 ,30] `, `null`, `"a"`, `""`, `"\"\\\/\n\u00e9\ud83d\ude00"`, `"é"`, `"\\"`, `"\\\\"`,
	`{"a":{"b":[true,false,null,"}]\"{["]},"c":""}`, "{\n\t\"a\": 1,\r\n \"b\": [[],{}]\n}",
	`["` + strings.Repeat(`long \" text `, 20_000) + `", 7]`,
}

// TestStream reads documents as encoding/json does, however they come in pieces.
func TestStream(t *testing.T) {
	t.Parallel()
	for _, text := range documents {
		var want any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]io.Reader{
			"at once": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text)), "in halves": iotest.HalfReader(strings.NewReader(text)),
		} {
			if name == "byte by byte" && len(text) > 1000 {
				continue
			}
			got, err := decode(newStream(r))
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, %.60s: %.60v, %v", name, text, got, err)
			}
		}
		s := newStream(iotest.HalfReader(strings.NewReader(text + `"behind"`)))
		if err := s.skip(); err != nil {
			t.Errorf("skip of %.60s: %v", text, err)
		} else if got, err := s.str(); got != "behind" || err != nil {
			t.Errorf("behind %.60s stands %q, %v", text, got, err)
		}
	}
}

// TestStreamRefuses: text that ends too soon, and text that is none.
func TestStreamRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range documents[:len(documents)-1] {
		whole := strings.TrimRight(text, " ")
		for n := range len(whole) {
			if _, err := decode(newStream(strings.NewReader(whole[:n]))); err == nil {
				t.Errorf("%q is read, and is half of %q", whole[:n], whole)
			}
		}
	}
	for _, text := range []string{`{"a" 1}`, `{"a":}`, `{1:2}`, `[1 2]`, `[,]`, `[1,]`, `{"a":1,}`, `nul!`, `tru`, `yes`, `]`, `}`, `{]`, `"\x"`} {
		if v, err := decode(newStream(strings.NewReader(text))); err == nil {
			t.Errorf("%s is read as %v", text, v)
		}
	}
	for _, text := range []string{``, `]`, `,`, `:`, `?`, `{"a":`, `"open`} {
		if err := newStream(strings.NewReader(text)).skip(); err == nil {
			t.Errorf("%s is passed over", text)
		}
	}
}

// TestSkipLines: a value over several lines ends at its own indentation, at any
// depth and however it comes in pieces.
func TestSkipLines(t *testing.T) {
	t.Parallel()
	inner := map[string]any{
		"a": []any{map[string]any{"b": "}\n ]"}, []any{}, map[string]any{}, []any{1, []any{2}}}, "long": strings.Repeat("x", 200_000), "z": map[string]any{"y": nil},
	}
	text, err := json.MarshalIndent(map[string]any{"1 passed over": inner, "2 list": []any{inner, "kept", inner}, "3 kept": "too"}, "", indent)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{
		"at once": bytes.NewReader(text), "byte by byte": iotest.OneByteReader(bytes.NewReader(text)), "in halves": iotest.HalfReader(bytes.NewReader(text)),
	} {
		s := newStream(r)
		var kept []string
		str := func() error {
			got, err := s.str()
			kept = append(kept, got)
			return err
		}
		err := s.object(func(key string) error {
			switch key {
			case "1 passed over":
				return s.skip()
			case "2 list":
				return s.array(func() error {
					if c, err := s.peek(); err != nil || c != '"' {
						return errors.Join(err, s.skip())
					}
					return str()
				})
			}
			return str()
		})
		if err != nil || fmt.Sprint(kept) != "[kept too]" {
			t.Errorf("%s: %v, %v", name, kept, err)
		}
	}
	for n := range 40 {
		if err := newStream(bytes.NewReader(text[:len(text)-1-n])).skip(); err == nil {
			t.Errorf("without its last %d bytes the text is passed over", n+1)
		}
	}
}

func FuzzStream(f *testing.F) {
	for _, text := range documents {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		got, err := decode(newStream(strings.NewReader(text)))
		var want any
		if json.Unmarshal([]byte(text), &want) != nil || err != nil || strings.Contains(text, "-0") {
			return // a stream is laxer about blanks and letters, and knows whole numbers only
		}
		if a, b := fmt.Sprint(got), fmt.Sprint(want); a != b {
			t.Errorf("%q is read as %s, and is %s", text, a, b)
		}
	})
}
