package trigger

import (
	"fmt"
	"net/http"
)

// Handler serves /healthz, which answers while the process does; /readyz, which
// is 200 while every source came round without an error the last time, and the
// daemon is not stopping; and /metrics. None tells anything of a delivery.
func (d *Desk) Handler(stopping func() bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if stopping() {
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return
		}
		if source := d.Metrics.unready(); source != "" {
			http.Error(w, "source "+source+" is in trouble, or has not come round yet; see the log", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("GET /metrics", d.Metrics.handler())
	return mux
}
