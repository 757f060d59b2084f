package fileoffline

import (
	"context"
	"io"

	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/tablefile"
)

// files is where the files of a source lie: the local file system, or a bucket. Paths are absolute there; those of a
// bucket are keys. Everything that a source promises is written once on top of it.
type files interface {
	// place says what is at a path; placeNothing is no error.
	place(ctx context.Context, path string) (place, error)
	// list returns the files of a directory or of a glob, at any depth, without hidden ones, in any order.
	list(ctx context.Context, l *location) ([]string, error)
	// names returns the names of the files in a directory, hidden ones too; none where there is no directory.
	names(ctx context.Context, dir string) ([]string, error)
	// open opens a file and notes which version it is. Errors: NotFound.
	open(ctx context.Context, path string) (file, error)
	// real returns a path that is equal for two names of one file.
	real(path string) (string, error)
	// display returns the name of a file in manifests and messages, absolute its path.
	display(path string) string
	absolute(name string) string
	// add adds a file of rows to a directory, which it makes. See Driver.Append.
	add(ctx context.Context, a *addition) error
}

// A file is one version of one file.
type file interface {
	tablefile.Source
	version() (offline.File, error)
	close()
}

// An addition is a file of rows to be appended.
type addition struct {
	dir    string
	id     string // hash of the append's id
	beside bool   // the source has a file of its own, which the directory stands beside
	// encode writes the file with a sequence.
	encode func(w io.Writer, sequence int64) error
}
