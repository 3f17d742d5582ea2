package emit

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"

	"github.com/tenantc/tenantc/internal/diag"
)

// packed is a text that waits for the file that it goes into. The generated
// methods of 1,000 tables are 7 MB of Go that repeats itself, and 2 MB packed.
type packed struct {
	data []byte
	size int // of the text
}

// store packs and unpacks, by several goroutines at once. The zero store is
// ready.
type store struct {
	writers sync.Pool // of *flate.Writer, which are large
	readers sync.Pool // of io.ReadCloser, which are flate.Resetter too
}

func (s *store) pack(text []byte) packed {
	var out bytes.Buffer
	w, _ := s.writers.Get().(*flate.Writer)
	if w == nil {
		w, _ = flate.NewWriter(nil, flate.DefaultCompression) // fails for an unknown level only
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
	if p.data == nil {
		return nil
	}
	r, _ := s.readers.Get().(io.ReadCloser)
	if r == nil {
		r = flate.NewReader(nil)
	}
	defer s.readers.Put(r)
	text := make([]byte, p.size)
	err := r.(flate.Resetter).Reset(bytes.NewReader(p.data), nil)
	if err == nil {
		_, err = io.ReadFull(r, text)
	}
	if err != nil {
		diag.Bugf("emit: unpack a text: %v", err)
	}
	return text
}
