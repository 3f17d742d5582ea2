package pgtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// A Proxy stands between clients and a server and counts flights: how often a
// client speaks after it has listened, which is the number of round trips. It
// can also be a slow link. Its methods may be called concurrently.
type Proxy struct {
	listener net.Listener
	network  string // of the server
	address  string
	delay    time.Duration
	flights  atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]bool // both sides; nil once closed
	group sync.WaitGroup
}

// StartProxy starts a proxy before the server that dsn names. Each message is
// held up by delay in either direction. The caller closes it.
func StartProxy(dsn string, delay time.Duration) (*Proxy, error) {
	cfg, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	p := &Proxy{listener: listener, delay: delay, conns: make(map[net.Conn]bool)}
	p.network, p.address = pgconn.NetworkAddress(cfg.Host, cfg.Port)
	p.group.Go(p.accept)
	return p, nil
}

// NewProxy is StartProxy for a test, which closes it when it ends.
func NewProxy(t testing.TB, dsn string, delay time.Duration) *Proxy {
	t.Helper()
	p, err := StartProxy(dsn, delay)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return p
}

// Through points cfg at the proxy.
func (p *Proxy) Through(cfg *pgconn.Config) {
	addr := p.listener.Addr().(*net.TCPAddr)
	cfg.Host, cfg.Port = addr.IP.String(), uint16(addr.Port)
	cfg.TLSConfig, cfg.Fallbacks = nil, nil
}

// Address returns where the proxy listens, as host and port.
func (p *Proxy) Address() (host, port string) {
	addr := p.listener.Addr().(*net.TCPAddr)
	return addr.IP.String(), strconv.Itoa(addr.Port)
}

// Flights returns how often a client has spoken since it last listened, over
// all connections.
func (p *Proxy) Flights() int64 { return p.flights.Load() }

// Cut breaks all connections, as a network does; new ones are accepted.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		conn.Close()
	}
}

// Close breaks all connections, accepts no new ones and waits for the end.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.Cut()
	p.mu.Lock()
	p.conns = nil
	p.mu.Unlock()
	p.group.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.group.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	var dialer net.Dialer
	server, err := dialer.DialContext(context.Background(), p.network, p.address)
	if err != nil {
		return // the client sees the end of its connection
	}
	defer server.Close()
	if !p.keep(client, server) {
		return
	}
	defer p.forget(client, server)

	var listened atomic.Bool // the last word was the server's
	listened.Store(true)
	var group sync.WaitGroup
	group.Go(func() {
		defer server.Close()
		p.pass(server, client, func() {
			if listened.Swap(false) {
				p.flights.Add(1)
			}
		})
	})
	group.Go(func() {
		defer client.Close()
		p.pass(client, server, func() { listened.Store(true) })
	})
	group.Wait()
}

func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns == nil {
		return false
	}
	for _, conn := range conns {
		p.conns[conn] = true
	}
	return true
}

func (p *Proxy) forget(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range conns {
		delete(p.conns, conn)
	}
}

// pass copies from one side to the other until either ends.
func (p *Proxy) pass(to io.Writer, from io.Reader, note func()) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			note()
			if p.delay > 0 {
				time.Sleep(p.delay)
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
