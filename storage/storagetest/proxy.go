package storagetest

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy stands before a server and does to chosen requests what networks and
// stores do on bad days.
type Proxy struct {
	Endpoint string
	forward  *httputil.ReverseProxy

	mu      sync.Mutex
	scripts []*script
	seen    []string
}

// Fault is what becomes of a request. Forward sends it on, once, and the answer
// to the writer that it is given.
type Fault func(w http.ResponseWriter, r *http.Request, forward func(http.ResponseWriter))

type script struct {
	match func(*http.Request) bool
	fault Fault
	times int
}

// StartProxy starts a proxy that ends with the test.
func StartProxy(t testing.TB, endpoint string) *Proxy {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{forward: &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is signed
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}}
	server := httptest.NewServer(http.HandlerFunc(p.serve))
	server.Config.ErrorLog = nil
	t.Cleanup(server.Close)
	p.Endpoint = server.URL
	return p
}

// Script makes the next requests of an operation, times of them, end as fault
// says. Scripts are taken in the order in which they were given. An operation is
// a method, or one of the names Complete, Create, List, Part and Range.
func (p *Proxy) Script(operation string, times int, fault Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	match := func(r *http.Request) bool { return r.Method == operation || operationOf(r) == operation }
	p.scripts = append(p.scripts, &script{match, fault, times})
}

// Seen are the requests so far: operation, key, and range if there is one.
func (p *Proxy) Seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

// operationOf names what a request wants of S3, where its method does not.
func operationOf(r *http.Request) string {
	q := r.URL.Query()
	switch {
	case q.Has("list-type"):
		return "List"
	case q.Has("uploads"):
		return "Create"
	case q.Has("partNumber"):
		return "Part"
	case q.Has("uploadId") && r.Method == http.MethodPost:
		return "Complete"
	case r.Header.Get("Range") != "":
		return "Range"
	}
	return r.Method
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen = append(p.seen, strings.TrimSpace(operationOf(r)+" "+r.URL.Path+" "+r.Header.Get("Range")))
	var fault Fault
	for _, s := range p.scripts {
		if s.times > 0 && s.match(r) {
			s.times--
			fault = s.fault
			break
		}
	}
	p.mu.Unlock()
	forward := func(w http.ResponseWriter) { p.forward.ServeHTTP(w, r) }
	if fault == nil {
		forward(w)
		return
	}
	fault(w, r, forward)
}

// Answer answers with an error of S3 in place of the server.
func Answer(status int, code string) Fault {
	return Body(status, "<?xml version=\"1.0\"?><Error><Code>"+code+"</Code><Message>scripted</Message></Error>")
}

// Body answers with a document in place of the server.
func Body(status int, xml string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ func(http.ResponseWriter)) {
		_, _ = io.Copy(io.Discard, r.Body) // or the connection ends before the answer
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, xml) // the client may have gone
	}
}

// Lost lets the server do it and loses the answer.
func Lost(_ http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
	forward(httptest.NewRecorder())
	panic(http.ErrAbortHandler)
}

// Cut ends the connection after n bytes of the answer's body.
func Cut(n int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
		forward(&limitedWriter{ResponseWriter: w, left: n, end: func() { panic(http.ErrAbortHandler) }})
	}
}

// Stall sends n bytes of the answer's body and then nothing, until the client
// has had enough.
func Stall(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward func(http.ResponseWriter)) {
		forward(&limitedWriter{ResponseWriter: w, left: n, end: func() {
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		}})
	}
}

// limitedWriter passes n bytes on and then calls end.
type limitedWriter struct {
	http.ResponseWriter
	left int
	end  func()
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p[:min(len(p), w.left)])
	w.left -= n
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
	if w.left == 0 {
		w.end()
	}
	return len(p), err
}

// Altered changes a whole answer before it is sent.
func Altered(change func(header http.Header, body []byte) []byte) Fault {
	return func(w http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
		answer := httptest.NewRecorder()
		forward(answer)
		maps.Copy(w.Header(), answer.Header())
		body := change(w.Header(), answer.Body.Bytes())
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body) // the client may have gone
	}
}

// Shaped sends answers as a store far away does: the first byte after the delay,
// and then no faster than rate, in bytes a second, in each stream.
func Shaped(delay time.Duration, rate int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, forward func(http.ResponseWriter)) {
		time.Sleep(delay)
		forward(&shapedWriter{ResponseWriter: w, rate: rate, began: time.Now()}) //nolint:forbidigo // it measures
	}
}

type shapedWriter struct {
	http.ResponseWriter
	rate  int
	sent  int
	began time.Time
}

func (w *shapedWriter) Write(p []byte) (int, error) {
	due := time.Duration(w.sent) * time.Second / time.Duration(w.rate)
	if wait := due - time.Since(w.began); wait > 0 {
		time.Sleep(wait)
	}
	w.sent += len(p)
	return w.ResponseWriter.Write(p)
}
