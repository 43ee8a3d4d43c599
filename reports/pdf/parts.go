package pdf

import (
	"fmt"
	"strings"
)

// writeMarks writes the outline and returns its number, 0 if there is none.
func (d *Document) writeMarks(f *file, pages []int) int {
	if len(d.marks) == 0 {
		return 0
	}
	root := f.reserve()
	n := make([]int, len(d.marks))
	for i := range n {
		n[i] = f.reserve()
	}
	// kin finds the mark of the same level before or after i under one parent.
	kin := func(i, step int) int {
		for k := i + step; k >= 0 && k < len(d.marks); k += step {
			switch l := d.marks[k].level; {
			case l == d.marks[i].level:
				return k
			case l < d.marks[i].level:
				return -1
			}
		}
		return -1
	}
	parent := func(i int) int {
		for k := i - 1; k >= 0; k-- {
			if d.marks[k].level < d.marks[i].level {
				return n[k]
			}
		}
		return root
	}
	children := map[int][]int{}
	for i := range d.marks {
		children[parent(i)] = append(children[parent(i)], n[i])
	}
	under := func(of int) string {
		c := children[of]
		if len(c) == 0 {
			return ""
		}
		return fmt.Sprintf("/First %s/Last %s/Count %d", ref(c[0]), ref(c[len(c)-1]), len(c))
	}
	for i, m := range d.marks {
		s := fmt.Sprintf("<</Title%s/Parent %s/Dest[%s/XYZ null %s null]", unicode(m.title), ref(parent(i)), ref(pages[m.page]), number(m.y))
		if k := kin(i, -1); k >= 0 {
			s += "/Prev " + ref(n[k])
		}
		if k := kin(i, 1); k >= 0 {
			s += "/Next " + ref(n[k])
		}
		f.object(n[i], s+under(n[i])+">>")
	}
	return f.object(root, "<</Type/Outlines"+under(root)+">>")
}

// writeParts writes the tree that tells assistive software what stands where,
// in reading order, and returns its number, 0 if nothing is marked.
func (d *Document) writeParts(f *file, pages []int) int {
	if len(d.parts) == 0 {
		return 0
	}
	root, whole := f.reserve(), f.reserve()
	var kids []int
	byPage := make([][]int, len(pages))
	for _, p := range d.parts {
		s := fmt.Sprintf("<</Type/StructElem/S/%s/P %s/Pg %s/K %d", p.role, ref(whole), ref(pages[p.page]), p.id)
		if p.alt != "" {
			s += "/Alt" + unicode(p.alt)
		}
		n := f.add(s + ">>")
		kids = append(kids, n)
		byPage[p.page] = append(byPage[p.page], n)
	}
	f.object(whole, fmt.Sprintf("<</Type/StructElem/S/Document/P %s/K[%s]>>", ref(root), refs(kids)))
	var nums strings.Builder
	for i, ns := range byPage {
		fmt.Fprintf(&nums, "%d[%s]", i, refs(ns))
	}
	return f.object(root, fmt.Sprintf("<</Type/StructTreeRoot/K %s/ParentTree<</Nums[%s]>>>>", ref(whole), nums.String()))
}

// Begin says that what is drawn until [Page.End] is one thing: a "P", an "H1",
// a "Table", or a "Figure" with its text alternative. Parts do not nest.
func (p *Page) Begin(role, alt string) {
	p.End()
	id := 0
	for _, q := range p.doc.parts {
		if q.page == p.n {
			id++
		}
	}
	p.doc.parts = append(p.doc.parts, part{role, alt, p.n, id})
	fmt.Fprintf(&p.content, "/%s<</MCID %d>>BDC\n", role, id)
	p.open = true
}

// End ends what [Page.Begin] began.
func (p *Page) End() {
	if p.open {
		p.content.WriteString("EMC\n")
		p.open = false
	}
}

// Link lets a box of the page lead to an address. x0, y0 is its lower left corner.
func (p *Page) Link(url string, x0, y0, x1, y1 float64) {
	p.links = append(p.links, fmt.Sprintf("<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[%s %s %s %s]/A<</S/URI/URI(%s)>>>>",
		number(x0), number(y0), number(x1), number(y1), ascii(url)))
}

// ascii makes a string of printable bytes, others as in addresses.
func ascii(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '(' || c == ')' || c == '\\':
			b.WriteString("\\" + string(rune(c)))
		case c <= ' ' || c > '~':
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
