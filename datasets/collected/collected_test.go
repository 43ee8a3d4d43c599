package collected

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestUnit(t *testing.T) {
	for _, tt := range []struct{ geo, measure, notes, want string }{
		{"HR", "applicants", "", "intentions"},
		{"HR", "intentions_border_police", "", "intentions"},
		{"HR", "refugee_status", "", "persons"},
		{"HR", "applications_lodged", "", "applications"},
		{"HR", "first_time_applicants", "", "applications"},
		{"BE", "pending", "pending 26,119 is FILES", "files"},
		{"BE", "applicants", "pending 26,119 is FILES", "persons"},
		{"AT", "total_rejection", "applicants/pending = persons; other columns = decisions", "decisions"},
		{"AT", "pending", "applicants/pending = persons; other columns = decisions", "persons"},
		{"CY", "sub_prot_rate", "", "percent"},
		{"BE", "protection_rate_excl_inadmissibility", "", "percent"},
		{"AT", "percentage", "", "percent"},
	} {
		if got := unit(tt.geo, tt.measure, "", tt.notes); got != tt.want {
			t.Errorf("%s %s: got %s, want %s", tt.geo, tt.measure, got, tt.want)
		}
	}
}

func TestPageDate(t *testing.T) {
	for printed, want := range map[string]string{"": "", "18/03/26": "2026-03-18"} {
		if got, err := pageDate(printed); err != nil || got != want {
			t.Errorf("%q: got %q (%v), want %q", printed, got, err, want)
		}
	}
	if got, err := pageDate("2026-03-18"); !errors.Is(err, ErrFigures) {
		t.Errorf("2026-03-18: got %q (%v), want ErrFigures", got, err)
	}
}

// TestMarks wants the code words in a fixed order, each once.
func TestMarks(t *testing.T) {
	got := strings.Fields(marks("applicants", "not recoverable; FIRST-TIME only; a further value, column uncertain; not assigned"))
	want := []string{"first-time-only", "not-recoverable", "values-unassigned"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
