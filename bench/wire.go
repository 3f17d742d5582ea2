package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// A wire is one connection to a server that several clients use by turns, each
// through an end of its own and as if it had logged in. Two server processes
// differ more than two clients do, by the processor that each happens to run on:
// clients that are compared must have one in common.
//
// They must not prepare statements under one name.
type wire struct {
	conn     net.Conn
	greeting []byte // what the server says to a client that logs in

	mu       sync.Mutex
	turn     *end      // whose statement the server is at, if any
	answered sync.Cond // turn changed
}

func newWire(ctx context.Context, cfg *pgconn.Config) (*wire, error) {
	opened, err := pgconn.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	hijacked, err := opened.Hijack()
	if err != nil {
		return nil, err
	}
	messages := []pgproto3.BackendMessage{&pgproto3.AuthenticationOk{}}
	for name, value := range hijacked.ParameterStatuses {
		messages = append(messages, &pgproto3.ParameterStatus{Name: name, Value: value})
	}
	messages = append(messages, &pgproto3.BackendKeyData{ProcessID: hijacked.PID, SecretKey: hijacked.SecretKey}, ready)
	greeting, err := encode(messages...)
	if err != nil {
		return nil, err
	}
	w := &wire{conn: hijacked.Conn, greeting: greeting}
	w.answered.L = &w.mu
	return w, nil
}

// through makes cfg dial an end of w.
func (w *wire) through(cfg *pgconn.Config) {
	cfg.TLSConfig, cfg.Fallbacks = nil, nil
	cfg.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	cfg.DialFunc = func(context.Context, string, string) (net.Conn, error) {
		return &end{Conn: w.conn, wire: w}, nil
	}
}

// close says goodbye for all ends, which are of no use any more.
func (w *wire) close() error {
	if _, err := w.conn.Write([]byte{'X', 0, 0, 0, 4}); err != nil {
		return err
	}
	return w.conn.Close()
}

// An end is what one client has for a connection.
type end struct {
	net.Conn
	wire     *wire
	greeted  bool
	greeting []byte // not read yet
	closed   bool
}

// Write takes the turn with a statement. The first message is that of a client
// which logs in, and the last one its goodbye.
func (e *end) Write(p []byte) (int, error) {
	w := e.wire
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !e.greeted:
		e.greeted, e.greeting = true, w.greeting
		return len(p), nil
	case p[0] == 'X':
		return len(p), nil
	}
	w.turn = e
	w.answered.Broadcast()
	return e.Conn.Write(p)
}

// answerEnd precedes the last byte of every answer.
var answerEnd = []byte{'Z', 0, 0, 0, 5}

// Read waits for the turn: pgx may read ahead, and would read the answer to
// another client.
func (e *end) Read(p []byte) (int, error) {
	w := e.wire
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(e.greeting) == 0 && w.turn != e {
		if e.closed {
			return 0, io.EOF
		}
		w.answered.Wait()
	}
	if n := copy(p, e.greeting); n > 0 {
		e.greeting = e.greeting[n:]
		return n, nil
	}
	n, err := e.Conn.Read(p)
	if n > 0 && bytes.HasSuffix(p[:n-1], answerEnd) {
		w.turn = nil
	}
	return n, err
}

func (e *end) Close() error {
	e.wire.mu.Lock()
	defer e.wire.mu.Unlock()
	e.closed = true
	e.wire.answered.Broadcast()
	return nil
}
