package emit

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"

	"github.com/tenantc/tenantc/internal/diag"
)

// packed is a text that waits for the file that it goes into. The generated
// methods of 1,000 tables are 7 MB of Go in which one table's are much like
// another's.
type packed struct {
	data []byte
	size int // of the text
}

// store packs texts, one after the other, and then unpacks them, by several
// goroutines at once. The zero store is ready.
type store struct {
	first   []byte    // of the texts: the dictionary of all
	writers sync.Pool // of *flate.Writer, which are large
	readers sync.Pool // of io.ReadCloser, which are flate.Resetter too
}

func (s *store) pack(text []byte) packed {
	if s.first == nil {
		s.first = bytes.Clone(text)
	}
	var out bytes.Buffer
	w, _ := s.writers.Get().(*flate.Writer)
	if w == nil {
		w, _ = flate.NewWriterDict(nil, flate.DefaultCompression, s.first) // fails for an unknown level only
	}
	defer s.writers.Put(w)
	w.Reset(&out)
	_, err := w.Write(text)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		diag.Bugf("emit: pack a text: %v", err) // a bytes.Buffer takes everything
	}
	return packed{bytes.Clone(out.Bytes()), len(text)}
}

// unpack returns the text.
func (s *store) unpack(p packed) []byte {
	r, _ := s.readers.Get().(io.ReadCloser)
	if r == nil {
		r = flate.NewReader(nil)
	}
	defer s.readers.Put(r)
	text := make([]byte, p.size)
	err := r.(flate.Resetter).Reset(bytes.NewReader(p.data), s.first)
	if err == nil {
		_, err = io.ReadFull(r, text)
	}
	if err != nil {
		diag.Bugf("emit: unpack a text: %v", err)
	}
	return text
}
