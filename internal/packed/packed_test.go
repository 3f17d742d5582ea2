package packed

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

type value struct {
	Name, Kind string
	Line       int
	Place      int32
	Small      int8
	Sure       bool
	Sum        [4]byte
	Parts      []part
}

type part struct {
	Text string
	At   int
}

func (v *value) pack(p *Packing) {
	p.Once(&v.Name)
	p.Text(&v.Kind)
	Number(p, &v.Line)
	Number(p, &v.Place)
	Number(p, &v.Small)
	p.Bool(&v.Sure)
	p.Bytes(v.Sum[:])
	List(p, &v.Parts, func(p *Packing, of *part) {
		p.Text(&of.Text)
		Number(p, &of.At)
	})
}

func TestLog(t *testing.T) {
	t.Parallel()
	in := []value{
		{Name: "a", Kind: "many", Line: 1, Place: -1, Small: 127, Sure: true, Sum: [4]byte{1, 2, 3, 255}, Parts: []part{{"ü", 300}, {"", -1 << 40}}},
		{},
		{Name: "b", Kind: "many", Line: 1 << 40, Place: 1 << 30, Small: -128, Parts: []part{}},
	}
	var l Log
	for i := range in {
		l.Add(in[i].pack)
	}
	l.Seal()
	if l.Len() != len(in) {
		t.Errorf("%d values, want %d", l.Len(), len(in))
	}
	for range 2 {
		out := make([]value, l.Len())
		p := l.Values()
		for i := range out {
			if len(p.rest) == 0 {
				t.Fatalf("done before value %d", i)
			}
			out[i].Parts = []part{{"of something else", 0}}
			out[i].pack(p)
		}
		if diff := cmp.Diff(in, out); diff != "" {
			t.Error(diff)
		}
		if len(p.rest) > 0 {
			t.Error("there is more than was packed")
		}
	}
}

// Whoever asks for more than was packed is told at once.
func TestBeyond(t *testing.T) {
	t.Parallel()
	asks := map[string]func(*Packing){
		"number": func(p *Packing) { var n int; Number(p, &n) },
		"bool":   func(p *Packing) { var b bool; p.Bool(&b) },
		"bytes":  func(p *Packing) { p.Bytes(make([]byte, 1)) },
		"text":   func(p *Packing) { var s string; p.Text(&s) },
		"once":   func(p *Packing) { var s string; p.Once(&s) },
		"list":   func(p *Packing) { var l []int; List(p, &l, Number) },
	}
	for name, ask := range asks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("it got something")
				}
			}()
			ask(new(Log).Values())
		})
	}
}

// Values that repeat take a few bytes each.
func TestSize(t *testing.T) {
	t.Parallel()
	var l Log
	for range 1000 {
		v := value{Name: "x", Kind: "the same long text in each of the values", Parts: []part{{"another that is the same", 7}}}
		l.Add(v.pack)
	}
	l.Seal()
	if size := len(l.bytes); size > 16_000 {
		t.Errorf("%d bytes for 1000 values, want 16 a value", size)
	}
}
