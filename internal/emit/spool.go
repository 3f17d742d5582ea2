package emit

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/tenantc/tenantc/internal/diag"
)

// spool is the file in which texts wait for the one that they go into: the
// generated code of a large project takes more memory than all the rest.
type spool struct {
	file *os.File // nil where nothing is printed ahead
	end  int64
}

// piece is one text of the spool, or several that stand one behind the other.
type piece struct {
	at    int64
	sizes [partCount]int32 // of its parts
}

// add writes a text that consists of parts of these sizes.
func (s *spool) add(text []byte, sizes [partCount]int32) (piece, error) {
	if s.file == nil {
		diag.Bugf("emit: there is no file for what is printed ahead")
	}
	added := piece{s.end, sizes}
	n, err := s.file.WriteAt(text, s.end)
	s.end += int64(n)
	if err != nil {
		return piece{}, fmt.Errorf("keep what is printed ahead: %w", err)
	}
	return added, nil
}

// copy writes one part of a piece to b. Several goroutines may do so at once.
func (s *spool) copy(b *bytes.Buffer, of piece, wanted part) error {
	at, size := of.at, int64(of.sizes[wanted])
	for _, before := range of.sizes[:wanted] {
		at += int64(before)
	}
	n, err := b.ReadFrom(io.NewSectionReader(s.file, at, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("read what was printed ahead: %w", err)
	}
	return nil
}
