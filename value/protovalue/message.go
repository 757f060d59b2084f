package protovalue

import (
	"encoding/binary"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Begin appends the head of a member that has a length: a message, or a packed list. What is appended to dst until End is
// called with the returned mark is its content. Members may lie within each other.
func Begin(dst []byte, member protowire.Number) (_ []byte, mark int) {
	dst = append(protowire.AppendTag(dst, member, protowire.BytesType), 0)
	return dst, len(dst)
}

// End writes the length of the member whose content begins at mark. It moves content that is longer than 127 bytes.
func End(dst []byte, mark int) []byte {
	n := len(dst) - mark
	if more := protowire.SizeVarint(uint64(n)) - 1; more > 0 {
		dst = slices.Grow(dst, more)[:len(dst)+more]
		copy(dst[mark+more:], dst[mark:])
	}
	binary.PutUvarint(dst[mark-1:], uint64(n))
	return dst
}

// AppendText appends a member that is a string, bytes, or a message of known bytes.
func AppendText(dst []byte, member protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(dst, member, protowire.BytesType), text)
}

// AppendUint appends a member that is an unsigned number, an enum or a bool. As protobuf does, it leaves 0 out.
func AppendUint(dst []byte, member protowire.Number, n uint64) []byte {
	if n == 0 {
		return dst
	}
	return protowire.AppendVarint(protowire.AppendTag(dst, member, protowire.VarintType), n)
}

// beginPacked appends the head of a packed list whose content has a known length.
func beginPacked(dst []byte, member protowire.Number, length int) []byte {
	dst = protowire.AppendVarint(protowire.AppendTag(dst, member, protowire.BytesType), uint64(length))
	return slices.Grow(dst, length)
}
