package evaluate

import (
	"cmp"
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// clusters is scratch space for counting cases and episodes.
type clusters struct {
	rows []clusterRow
	root []int32 // by row: a row of the same cluster, itself when it is the first
}

// clusterRow is a charge that counts, or may.
type clusterRow struct {
	id      int32
	key     int64 // by which the rows are in order
	group   int32
	docket  int32 // -1 when not known
	day     schemas.Date
	certain bool
}

// foldClusters counts cases or episodes. What cannot be told apart or together
// for want of a docket or a day is one in the count that is known, and each its
// own in the one that is possible.
func (e *judge) foldClusters(p *Person, f *fact, out *folded, hole int) {
	k := &e.clusters
	k.rows = k.rows[:0]
	for i := range p.Charges {
		v := e.counts(f.bit, i)
		if v == no {
			continue
		}
		c := &p.Charges[i]
		day := c.Offense
		if !day.Known() {
			day = c.Arrest
		}
		k.rows = append(k.rows, clusterRow{group: e.groups[i], docket: c.Case, day: day, certain: v == yes})
	}
	episodes := f.source.Unit == policies.Episodes
	out.possible = hole + k.most(episodes)
	out.known = k.least(episodes)
}

// most joins only what certainly belongs together.
func (k *clusters) most(episodes bool) int {
	k.begin()
	k.join(func(r *clusterRow) int64 { return int64(r.group) })
	k.join(func(r *clusterRow) int64 { return int64(r.docket) })
	if episodes {
		k.join(func(r *clusterRow) int64 {
			if !r.day.Known() {
				return -1
			}
			return int64(r.day) + dayZero
		})
	}
	return k.count()
}

// dayZero makes every real day a positive number.
const dayZero = 1 << 32

// least counts clusters of what certainly counts, and joins everything that may
// belong together.
func (k *clusters) least(episodes bool) int {
	k.rows = slices.DeleteFunc(k.rows, func(r clusterRow) bool { return !r.certain })
	placed := func(r *clusterRow) bool { return r.docket >= 0 && (!episodes || r.day.Known()) }
	loose := slices.ContainsFunc(k.rows, func(r clusterRow) bool { return !placed(&r) })
	k.rows = slices.DeleteFunc(k.rows, func(r clusterRow) bool { return !placed(&r) })
	if len(k.rows) == 0 {
		if loose {
			return 1
		}
		return 0
	}
	k.begin()
	k.join(func(r *clusterRow) int64 { return int64(r.group) })
	k.join(func(r *clusterRow) int64 { return int64(r.docket) })
	if episodes {
		k.joinNeighbours()
	}
	return k.count()
}

// begin makes every row a cluster of its own.
func (k *clusters) begin() {
	k.root = regrow(k.root, len(k.rows))
	for i := range k.rows {
		k.rows[i].id, k.root[i] = int32(i), int32(i)
	}
}

// join puts rows of equal keys together; a negative key joins nothing.
func (k *clusters) join(key func(*clusterRow) int64) {
	k.sort(key)
	for i := 1; i < len(k.rows); i++ {
		if a, b := k.rows[i-1].key, k.rows[i].key; a == b && a >= 0 {
			k.unite(k.rows[i-1].id, k.rows[i].id)
		}
	}
}

// joinNeighbours puts rows together whose days are at most one apart: within
// 24 hours they may be.
func (k *clusters) joinNeighbours() {
	k.sort(func(r *clusterRow) int64 { return int64(r.day) })
	for i := 1; i < len(k.rows); i++ {
		if k.rows[i].day-k.rows[i-1].day <= 1 {
			k.unite(k.rows[i-1].id, k.rows[i].id)
		}
	}
}

func (k *clusters) sort(key func(*clusterRow) int64) {
	for i := range k.rows {
		k.rows[i].key = key(&k.rows[i])
	}
	slices.SortFunc(k.rows, func(a, b clusterRow) int { return cmp.Compare(a.key, b.key) })
}

func (k *clusters) unite(a, b int32) { k.root[k.find(b)] = k.find(a) }

func (k *clusters) find(a int32) int32 {
	for k.root[a] != a {
		k.root[a] = k.root[k.root[a]]
		a = k.root[a]
	}
	return a
}

// count is the number of clusters.
func (k *clusters) count() int {
	n := 0
	for i, root := range k.root {
		if int(root) == i {
			n++
		}
	}
	return n
}
