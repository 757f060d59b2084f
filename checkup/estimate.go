package checkup

// A Table is how many cells a view has online and how large they are.
type Table struct {
	View string  `json:"view"`
	Rows int64   `json:"rows"`
	Key  float64 `json:"key_bytes"` // on average, encoded
	Row  float64 `json:"row_bytes"` // on average, packed
}

// A StoreKind says what a kind of online store needs for a cell.
type StoreKind struct {
	Type       string
	Where      string // memory, disk or service
	Footprint  func(key, row int) int
	ReadUnits  func(key, row int) float64 // billed for one read; nil: none are
	WriteUnits func(key, row int) float64
}

// A Need is what a kind of store needs for all tables. Units are those that DynamoDB bills.
type Need struct {
	Type       string  `json:"type"`
	Where      string  `json:"where"`
	Bytes      int64   `json:"bytes"`                 // of one copy
	ReadUnits  float64 `json:"read_units,omitempty"`  // for one read of every table by one key
	WriteUnits float64 `json:"write_units,omitempty"` // for writing all cells once
	Month      float64 `json:"month,omitempty"`       // price of storage
	Reads      float64 `json:"million_reads,omitempty"`
	Writes     float64 `json:"all_writes,omitempty"` // price of writing all cells once
}

// Prices are what a month and a million cost, in one currency; 0: not known.
type Prices struct {
	Memory     float64 // a GiB of memory for a month
	Disk       float64 // a GiB of disk for a month
	Service    float64 // a GiB of a service that bills units for a month
	ReadUnits  float64 // a million
	WriteUnits float64 // a million
}

const gib = 1 << 30

// Estimate returns what each kind of store needs.
func Estimate(tables []Table, kinds []StoreKind, p Prices) []Need {
	out := make([]Need, len(kinds))
	for i, k := range kinds {
		n := Need{Type: k.Type, Where: k.Where}
		for _, t := range tables {
			key, row := int(t.Key+0.5), int(t.Row+0.5)
			n.Bytes += t.Rows * int64(k.Footprint(key, row))
			if k.ReadUnits != nil {
				n.ReadUnits += k.ReadUnits(key, row)
				n.WriteUnits += float64(t.Rows) * k.WriteUnits(key, row)
			}
		}
		n.Month = float64(n.Bytes) / gib * map[string]float64{"memory": p.Memory, "disk": p.Disk, "service": p.Service}[k.Where]
		n.Reads, n.Writes = n.ReadUnits*p.ReadUnits, n.WriteUnits/1e6*p.WriteUnits
		out[i] = n
	}
	return out
}
