package arrowvalue

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/truepoint/truepoint/value"
)

// WithType returns f with a note that its values stand for type t, which TypeOfField reads back. Writers use it where
// they store t in another Arrow type than ArrowType gives.
func WithType(f arrow.Field, t value.Type) arrow.Field {
	f.Metadata = arrow.NewMetadata([]string{typeKey}, []string{t.String()})
	return f
}
