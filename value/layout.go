package value

// slotWidth returns the width in bytes of a fixed-width kind, 0 for a variable-width one.
func slotWidth(k Kind) int {
	switch k {
	case Bool:
		return 1
	case Int32, Float32, Date:
		return 4
	case Int64, Float64, UnixTimestamp:
		return 8
	case Uuid:
		return 16
	}
	return 0
}

// endWidth is the width of the slot of a variable-width field.
const endWidth = 4

// rowSlots returns the width of all slots of fields together.
func rowSlots(fields []Field) int {
	n := 0
	for i := range fields {
		if w := slotWidth(fields[i].Type.Kind); w > 0 {
			n += w
		} else {
			n += endWidth
		}
	}
	return n
}

// bitmapSize returns the bytes that n bits take.
func bitmapSize(n int) int { return (n + 7) / 8 }
