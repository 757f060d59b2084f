package online

// A merge is a reading in which no table stands twice, as tables do that one request uses under several aliases, and no key
// of a table either.
type merge struct {
	items []TableKeys
	from  []int   // per item of the request: the item that has its table
	at    [][]int // per item of the request and key: the place of the key there
}

// mergeOf returns the merge of items; nil if no table repeats, which is nearly always.
func mergeOf(items []TableKeys) *merge {
	if !repeats(items) {
		return nil
	}
	m := &merge{from: make([]int, len(items)), at: make([][]int, len(items))}
	tables, places := map[string]int{}, []map[string]int{}
	for i := range items {
		t, there := tables[items[i].Table]
		if !there {
			t = len(m.items)
			tables[items[i].Table] = t
			m.items, places = append(m.items, TableKeys{Table: items[i].Table}), append(places, map[string]int{})
		}
		m.from[i], m.at[i] = t, make([]int, len(items[i].Keys))
		for k, key := range items[i].Keys {
			at, there := places[t][string(key)]
			if !there {
				at = len(m.items[t].Keys)
				places[t][string(key)] = at
				m.items[t].Keys = append(m.items[t].Keys, key)
			}
			m.at[i][k] = at
		}
	}
	for t := range m.items {
		m.items[t].Rows = make([][]byte, len(m.items[t].Keys))
	}
	return m
}

// repeats reports whether a table stands in two items.
func repeats(items []TableKeys) bool {
	for i := range items {
		for j := range i {
			if items[i].Table == items[j].Table {
				return true
			}
		}
	}
	return false
}

// copyTo gives the items of the request their rows, which those of equal tables and keys share.
func (m *merge) copyTo(items []TableKeys) {
	for i := range items {
		for k, at := range m.at[i] {
			items[i].Rows[k] = m.items[m.from[i]].Rows[at]
		}
	}
}
