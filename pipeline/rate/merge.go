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
	room   []Result
}

func newMerger(j *jobs, before *earlier, keep bool) *merger {
	w := &merger{jobs: j, before: before}
	for _, e := range j.es {
		w.makers = append(w.makers, newMaker(e, keep))
	}
	return w
}

// results gives those of some jobs, in order.
func (w *merger) results(from, to int) iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		on := true
		emit := func(r *Result) {
			if !w.made.Load() {
				w.made.Store(true)
			}
			on = on && yield(r)
		}
		for job := from; job < to && on; job++ {
			w.job(job, emit)
		}
	}
}

func (w *merger) job(job int, emit func(*Result)) {
	targets := 0
	for s := range w.es {
		from, to := w.targets(job, s)
		targets += to - from
	}
	if targets > 1 {
		w.merge(job, emit)
		return
	}
	for s := range w.es {
		if from, to := w.targets(job, s); from < to {
			w.makers[s].each(from, func(r *Result) {
				w.before.put(r)
				emit(r)
			})
		}
	}
}

// merge makes the results of a job of several targets, of which one may be in
// the place of another.
func (w *merger) merge(job int, emit func(*Result)) {
	w.room = w.room[:0]
	for s := range w.es {
		for i, to := w.targets(job, s); i < to; i++ {
			w.makers[s].each(i, func(r *Result) {
				w.before.put(r)
				kept := *r
				kept.Warnings, kept.WithAppeals = slices.Clone(r.Warnings), slices.Clone(r.WithAppeals)
				w.room = append(w.room, kept)
			})
		}
	}
	all := prefer(&w.es[0].d, w.room)
	for i := range all {
		emit(&all[i])
	}
}
