package words

import "strings"

// Published says what a published figure is about, from its English statement and
// the codes of whom and where: the whole statement stands in the catalogue
// ("Russian applicants in Spain"), or what follows the citizenship and the place
// ("Citizens of Syria in Greece: refugee status"). It reports false where neither
// does, as for a figure of the user's own, or where a place has no name; the
// statement then stays as it is. English is what it was.
func (l Lang) Published(statement, citizen, geo string) (string, bool) {
	if l == "en" {
		return statement, true
	}
	if key := hyphened(statement); Has("said." + key) {
		return l.Say("said." + key), true
	}
	_, what, ok := strings.Cut(statement, ": ")
	key := hyphened(what)
	if _, bends := grammar().places[geo]; !ok || !bends || !Has("said."+key) {
		return statement, false
	}
	return l.Say("said.of", "citizens", Citizen(citizen), "geo", Geo(geo), "what", l.Say("said."+key)), true
}

// hyphened is what the catalogue calls an English text: its letters and digits in
// lower case, with hyphens for whatever stands between them.
func hyphened(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), "-")
}
