package trigger

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are what a daemon counts. Labels are names of sources of the
// configuration and words of this package; never a key.
type Metrics struct {
	registry   *prometheus.Registry
	deliveries *prometheus.CounterVec
	notices    *prometheus.CounterVec
	rows       *prometheus.CounterVec
	duration   prometheus.Histogram
	running    prometheus.Gauge
	lost       prometheus.Counter
	rounds     *prometheus.GaugeVec
	trouble    *prometheus.CounterVec

	mu    sync.Mutex
	ready map[string]bool // sources whose last round was well
}

// NewMetrics are metrics in a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), ready: map[string]bool{},
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clearsweep_deliveries_total", Help: "Deliveries submitted, by source and what became of them: committed, quarantined, duplicate, busy, failed, error.",
		}, []string{"source", "outcome"}),
		notices: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clearsweep_notices_ignored_total", Help: "Notices that ask for no sweep, by source and why.",
		}, []string{"source", "reason"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clearsweep_rows_total", Help: "Rows of committed sweeps: read, rejected.",
		}, []string{"kind"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "clearsweep_sweep_seconds", Help: "How long sweeps took, however they ended.",
			Buckets: prometheus.ExponentialBuckets(0.25, 4, 10),
		}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "clearsweep_sweeps_running", Help: "Sweeps under way."}),
		lost:    prometheus.NewCounter(prometheus.CounterOpts{Name: "clearsweep_leases_lost_total", Help: "Claims that another daemon took over."}),
		rounds: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "clearsweep_source_last_round_timestamp_seconds", Help: "When a source last came round without an error.",
		}, []string{"source"}),
		trouble: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clearsweep_source_errors_total", Help: "Rounds of a source that ended with an error.",
		}, []string{"source"}),
	}
	m.registry.MustRegister(m.deliveries, m.notices, m.rows, m.duration, m.running, m.lost, m.rounds, m.trouble,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// handler serves the metrics in the form that Prometheus reads.
func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *Metrics) submitted(source, outcome string) {
	m.deliveries.WithLabelValues(source, outcome).Inc()
}

// ended counts an end, and its rows if nobody else was first.
func (m *Metrics) ended(source string, end End, first bool) {
	if !first {
		m.submitted(source, "duplicate")
		return
	}
	m.submitted(source, string(end.State))
	if end.State == Committed && !end.Run.Before {
		m.rows.WithLabelValues("read").Add(float64(end.Run.Rows))
		m.rows.WithLabelValues("rejected").Add(float64(end.Run.Rejects))
	}
}

func (m *Metrics) ignored(source, reason string) { m.notices.WithLabelValues(source, reason).Inc() }

// expect says that a source is to come round.
func (m *Metrics) expect(source string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ready[source] = false
}

// unready names a source that has not come round, or whose last round ended with
// an error; it is empty if all is well.
func (m *Metrics) unready() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, source := range slices.Sorted(maps.Keys(m.ready)) {
		if !m.ready[source] {
			return source
		}
	}
	return ""
}

// round notes that a source came round.
func (m *Metrics) round(source string, at time.Time, err error) {
	m.mu.Lock()
	m.ready[source] = err == nil
	m.mu.Unlock()
	if err != nil {
		m.trouble.WithLabelValues(source).Inc()
		return
	}
	m.rounds.WithLabelValues(source).Set(float64(at.Unix()))
}
