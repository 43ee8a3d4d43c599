package rate

import (
	"cmp"
	"iter"
	"slices"
	"sync/atomic"
)

// A job is the results of one citizenship and country, of all sources: which of
// the targets of each source they are made from, those of the same places in it.
type jobs struct {
	es   []*evaluation
	ends [][]int32 // by source, then job: the first target behind it
	n    int
	made atomic.Bool // some result was
}

// jobsOf puts the targets of sources side by side, in the order of their keys.
func jobsOf(es []*evaluation) *jobs {
	j := &jobs{es: es, ends: make([][]int32, len(es))}
	at := make([]int, len(es))
	for {
		var next *key
		for s, e := range es {
			if at[s] < e.len() {
				if k := e.at(at[s]); next == nil || k.place(next) < 0 {
					next = k
				}
			}
		}
		if next == nil {
			return j
		}
		for s, e := range es {
			for at[s] < e.len() && e.at(at[s]).place(next) == 0 {
				at[s]++
			}
			j.ends[s] = append(j.ends[s], int32(at[s]))
		}
		j.n++
	}
}

// place compares citizenship and country.
func (k *key) place(l *key) int {
	return cmp.Or(cmp.Compare(k.citizen, l.citizen), cmp.Compare(k.geo, l.geo))
}

func (j *jobs) len() int { return j.n }

// targets are those of a job in one source.
func (j *jobs) targets(job, source int) (from, to int) {
	if job > 0 {
		from = int(j.ends[source][job-1])
	}
	return from, int(j.ends[source][job])
}

// A merger makes the results of jobs, with room that it uses again unless they
// are to be kept.
type merger struct {
	*jobs
	before *earlier
	makers []*maker
	keep   bool
	room   []Result // of the job
	order  []*Result
	held   func(*Result) // hold
	on     bool          // more results are wanted
	yield  func(*Result) bool
	direct func(*Result) // put, then emit
}

func newMerger(j *jobs, before *earlier, keep bool) *merger {
	w := &merger{jobs: j, before: before, keep: keep}
	w.held = w.hold
	w.direct = func(r *Result) {
		w.before.put(r)
		w.emit(r)
	}
	for _, e := range j.es {
		w.makers = append(w.makers, newMaker(e, keep))
	}
	return w
}

// results gives those of some jobs, in order.
func (w *merger) results(from, to int) iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		w.on, w.yield = true, yield
		for job := from; job < to && w.on; job++ {
			w.job(job)
		}
	}
}

func (w *merger) emit(r *Result) {
	if !w.made.Load() {
		w.made.Store(true)
	}
	w.on = w.on && w.yield(r)
}

func (w *merger) job(job int) {
	targets := 0
	for s := range w.es {
		from, to := w.targets(job, s)
		targets += to - from
	}
	if targets > 1 {
		w.merge(job)
		return
	}
	for s := range w.es {
		if from, to := w.targets(job, s); from < to {
			w.makers[s].each(from, w.direct)
		}
	}
}

// merge makes the results of a job of several targets, of which one may be in
// the place of another.
func (w *merger) merge(job int) {
	w.room = w.room[:0]
	for s := range w.es {
		for i, to := w.targets(job, s); i < to; i++ {
			w.makers[s].each(i, w.held)
		}
	}
	w.order = pointers(w.order[:0], w.room)
	for _, r := range prefer(&w.es[0].d, w.order, Axes) {
		w.emit(r)
	}
}

// hold holds a result until the others of its job are there.
func (w *merger) hold(r *Result) {
	w.before.put(r)
	n := len(w.room)
	if n == cap(w.room) {
		w.room = slices.Grow(w.room, max(64, n))
	}
	w.room = w.room[:n+1]
	x := &w.room[n]
	warnings, appeals := x.Warnings[:0], x.WithAppeals[:0]
	if *x = *r; !w.keep { // else what was there is somebody's
		x.Warnings, x.WithAppeals = append(warnings, r.Warnings...), append(appeals, r.WithAppeals...)
	}
}
