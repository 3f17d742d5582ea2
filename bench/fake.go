package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// An answer is what the fake server says to every statement.
type answer struct {
	params []uint32 // types of the statement's parameters
	cols   []uint32 // types of its columns
	row    []any    // one value a column
	rows   int      // how often row comes
	tag    string   // "SELECT 20"
}

// fakePool returns a pool of pgx's on a server that always gives one answer. It
// is the real client, statement cache, protocol and decoding included, on a
// connection that answers from memory within the same call: no network, no
// server, no other goroutine.
func fakePool(ctx context.Context, a answer) (*pgxpool.Pool, error) {
	described, answered, err := a.encode()
	if err != nil {
		return nil, err
	}
	cfg, err := pgxpool.ParseConfig("host=fake user=fake dbname=fake sslmode=disable")
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 1
	cfg.ConnConfig.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"fake"}, nil }
	cfg.ConnConfig.DialFunc = func(context.Context, string, string) (net.Conn, error) {
		return newFakeConn(described, answered), nil
	}
	return pgxpool.NewWithConfig(ctx, cfg)
}

// encode returns the messages that describe the statement and those that answer
// it.
func (a answer) encode() (described, answered []byte, err error) {
	if len(a.row) != len(a.cols) {
		return nil, nil, fmt.Errorf("%d values for %d columns", len(a.row), len(a.cols))
	}
	types := pgtype.NewMap()
	var columns pgproto3.BackendMessage = &pgproto3.NoData{}
	row := &pgproto3.DataRow{}
	if len(a.cols) > 0 {
		fields := make([]pgproto3.FieldDescription, len(a.cols))
		for i, oid := range a.cols {
			format := types.FormatCodeForOID(oid) // the one that pgx asks for
			fields[i] = pgproto3.FieldDescription{Name: []byte("c"), DataTypeOID: oid, DataTypeSize: -1, TypeModifier: -1, Format: format}
			value, err := types.Encode(oid, format, a.row[i], nil)
			if err != nil {
				return nil, nil, err
			}
			row.Values = append(row.Values, value)
		}
		columns = &pgproto3.RowDescription{Fields: fields}
	}
	messages := []pgproto3.BackendMessage{&pgproto3.BindComplete{}, columns}
	for range a.rows {
		messages = append(messages, row)
	}
	messages = append(messages, &pgproto3.CommandComplete{CommandTag: []byte(a.tag)}, ready)
	if answered, err = encode(messages...); err != nil {
		return nil, nil, err
	}
	described, err = encode(&pgproto3.ParseComplete{}, &pgproto3.ParameterDescription{ParameterOIDs: a.params}, columns, ready)
	return described, answered, err
}

var ready = &pgproto3.ReadyForQuery{TxStatus: 'I'}

func encode(messages ...pgproto3.BackendMessage) (out []byte, err error) {
	for _, m := range messages {
		if out, err = m.Encode(out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// A fakeConn is both ends of a connection. What the client writes is read only
// as far as is needed to know which answer it waits for.
type fakeConn struct {
	described, answered []byte

	mu     sync.Mutex
	more   sync.Cond // there is something to read, or never will be
	greet  bool      // the startup message has been seen
	parsed bool      // since the last Sync
	out    []byte    // not read yet
	closed bool
}

func newFakeConn(described, answered []byte) *fakeConn {
	c := &fakeConn{described: described, answered: answered}
	c.more.L = &c.mu
	return c
}

var errUnexpected = errors.New("the client sent a message that the fake server does not know")

func (c *fakeConn) Write(in []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.more.Broadcast()
	if !c.greet {
		c.greet = true
		greeting, err := encode(&pgproto3.AuthenticationOk{},
			&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"},
			&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"},
			&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: []byte{0, 0, 0, 1}}, ready)
		c.out = greeting
		return len(in), err
	}
	for rest := in; len(rest) > 0; {
		if len(rest) < 5 {
			return 0, io.ErrShortBuffer // pgx writes whole messages
		}
		switch rest[0] {
		case 'P': // Parse
			c.parsed = true
		case 'S': // Sync
			if c.parsed {
				c.out = append(c.out, c.described...)
			} else {
				c.out = append(c.out, c.answered...)
			}
			c.parsed = false
		case 'X': // Terminate
			c.closed = true
		case 'D', 'B', 'E': // Describe, Bind, Execute
		default:
			return 0, fmt.Errorf("%w: %q", errUnexpected, rest[0])
		}
		rest = rest[1+binary.BigEndian.Uint32(rest[1:5]):]
	}
	return len(in), nil
}

// Read waits for an answer: where a write took long, as on a loaded machine, pgx
// reads ahead.
func (c *fakeConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.out) == 0 {
		if c.closed {
			return 0, io.EOF
		}
		c.more.Wait()
	}
	n := copy(p, c.out)
	rest := len(c.out) - n
	copy(c.out, c.out[n:])
	c.out = c.out[:rest]
	return n, nil
}

func (c *fakeConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.more.Broadcast()
	return nil
}

func (c *fakeConn) LocalAddr() net.Addr              { return &net.UnixAddr{Name: "fake", Net: "unix"} }
func (c *fakeConn) RemoteAddr() net.Addr             { return &net.UnixAddr{Name: "fake", Net: "unix"} }
func (c *fakeConn) SetDeadline(time.Time) error      { return nil }
func (c *fakeConn) SetReadDeadline(time.Time) error  { return nil }
func (c *fakeConn) SetWriteDeadline(time.Time) error { return nil }
