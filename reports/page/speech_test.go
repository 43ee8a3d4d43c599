package page

import (
	"strings"
	"testing"
)

// Each of the eight figures of the speech comes with what it divides, where that
// can be told, and with a sentence that may be said in its place.
func TestTheSpeechIsWalkedThrough(t *testing.T) {
	s := build(t, embedded(t))
	want := map[string][2]string{
		"speech-croatia":    {"", "20 of the 59 first instance decisions on the merits about citizens of Russia in Croatia gave protection: 33.9 %, or 33.9 to 38.1 %"},
		"speech-applicants": {"", "lodged 21,105 (21,097 to 21,105, as small counts are rounded) of the 1,102,262 applications"},
		"speech-share":      {"applicants of one citizenship over applicants of all", "1.9 %, or 1.9 to 2.0 %"},
		"speech-overall":    {"positive first instance decisions over all first instance decisions (as it claims", "53.9 %, or 53.5 to 54.7 %"},
		"speech-russians":   {"positive decisions per first-time applicant of the same period (3,075 is 16.3 % of 18,808 to 18,923", "32.0 %, or 31.6 to 32.8 %"},
		"speech-fr":         {"What it divides cannot be told", "955 of the 3,545 first instance decisions on the merits about citizens of Russia in France gave protection: 26.9 % (UNHCR)."},
		"speech-de":         {"its size is that of 480/7,663", "378 of the 1,372"},
		"speech-es":         {"What it divides cannot be told", "59.8 %, or 59.6 to 59.8 %"},
	}
	if len(s.Steps) != len(s.Figures) || len(s.Figures) != len(want) {
		t.Fatalf("%d steps for %d figures", len(s.Steps), len(s.Figures))
	}
	for i, f := range s.Figures {
		w, ok := want[f.ID]
		step := s.Steps[i]
		safely := strings.ReplaceAll(step.Safely, nbsp, " ")
		if !ok || !strings.Contains(step.Divides, w[0]) || w[0] == "" && step.Divides != "" || !strings.Contains(safely, w[1]) {
			t.Errorf("%s: %q, %q; want %q", f.ID, step.Divides, safely, w)
		}
		if !strings.HasPrefix(step.Trace, "asylum trace ") {
			t.Errorf("%s: the cells of its sentence are listed by %q", f.ID, step.Trace)
		}
	}
	if few := s.Steps[0].Safely; !strings.HasSuffix(few, "the cases are few.") {
		t.Errorf("20 of 59: %q", few)
	}
}
