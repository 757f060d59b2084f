package tablefile

import "github.com/truepoint/truepoint/tablefile/flatpage"

// A texts stores texts and bytes.
type texts struct {
	d     *decoder
	strs  *arena
	dict  [][]byte // in the bytes of the dictionary page
	made  []string // of entries that were asked for
	known []bool
}

func (x *texts) dictionary(values []byte, n int) error {
	if n > len(values)/4 {
		return x.d.damaged(flatpage.ErrDamaged)
	}
	x.dict, x.made, x.known = make([][]byte, n), make([]string, n), make([]bool, n)
	walk := flatpage.TextsOf(values)
	for i := range x.dict {
		var err error
		if x.dict[i], err = walk.At(i); err != nil {
			return x.d.damaged(err)
		}
	}
	return nil
}

func (x *texts) all(p dataPage, at int) error {
	x.d.choose(p.rows, at, x)
	return x.chosen(p, x.d.buf.chosen)
}

func (x *texts) chosen(p dataPage, choices []choice) error {
	if len(choices) == 0 {
		return nil
	}
	if !p.indexed {
		return x.plain(flatpage.TextsOf(p.values), choices)
	}
	indices, err := flatpage.IndicesOf(p.values)
	if err != nil {
		return x.d.damaged(err)
	}
	for _, c := range choices {
		i, err := indices.At(int(c.value))
		if err != nil || int(i) >= len(x.dict) {
			return x.d.badIndex(i, err)
		}
		if !x.known[i] {
			if x.made[i], err = x.d.text(x.strs, x.dict[i], int(c.row)); err != nil {
				return err
			}
			x.known[i] = true
		}
		x.d.dst.Texts[c.out] = x.made[i]
	}
	return nil
}

func (x *texts) blank(row int) { x.d.dst.Texts[row] = "" }

func (x *texts) plain(walk *flatpage.Texts, choices []choice) error {
	for _, c := range choices {
		b, err := walk.At(int(c.value))
		if err != nil {
			return x.d.damaged(err)
		}
		if x.d.dst.Texts[c.out], err = x.d.text(x.strs, b, int(c.row)); err != nil {
			return err
		}
	}
	return nil
}
