package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"os"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
)

// Bounds of what is read.
const (
	BytesMax = 4 << 20 // of a file
	DepthMax = 100     // nested values
	NodesMax = 250_000 // values of a document, aliases expanded
)

// ReadFile reads a file of at most BytesMax bytes. Errors: NotFound, PermissionDenied, FailedPrecondition for a
// directory or anything else that is no regular file, ResourceExhausted for one that is too large, which costs no
// read.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errs.New(errs.NotFound, "file %s does not exist", path)
	case errors.Is(err, os.ErrPermission):
		return nil, errs.New(errs.PermissionDenied, "file %s cannot be read: permission denied", path).WithHint("chmod u+r %s", path)
	case err != nil:
		return nil, errs.Wrap(err, errs.Unavailable, "open %s", path)
	}
	defer f.Close()
	st, err := f.Stat()
	switch {
	case err != nil:
		return nil, errs.Wrap(err, errs.Unavailable, "read %s", path)
	case st.IsDir():
		return nil, errs.New(errs.FailedPrecondition, "%s is a directory, a file is expected", path)
	case !st.Mode().IsRegular():
		return nil, errs.New(errs.FailedPrecondition, "%s is no regular file", path)
	case st.Size() > BytesMax:
		return nil, tooLarge(path, st.Size())
	}
	src, err := io.ReadAll(io.LimitReader(f, BytesMax+1))
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "read %s", path)
	}
	if len(src) > BytesMax {
		return nil, tooLarge(path, int64(len(src)))
	}
	return src, nil
}

func tooLarge(path string, size int64) error {
	return errs.New(errs.ResourceExhausted, "file %s has %d bytes, at most %d are read", path, size, BytesMax).
		WithID("T0201").WithHint("split it into several files")
}

// A Chunk is the text of one document of a file.
type Chunk struct {
	File string
	text []byte
	line int // of its first line, from 0
}

// Scan checks the encoding and the nesting of a file and cuts it into documents at the lines that begin with ---.
// Every document can then be parsed by itself, at the same time as others.
//
// Errors: InvalidArgument for UTF-16, invalid UTF-8 and control characters, with the byte offset; ResourceExhausted
// for a file that is too large or nested too deeply.
func Scan(file string, src []byte) ([]Chunk, error) {
	if len(src) > BytesMax {
		return nil, tooLarge(file, int64(len(src)))
	}
	src, err := checkEncoding(file, src)
	if err != nil {
		return nil, err
	}
	if err := checkDepth(file, src); err != nil {
		return nil, err
	}
	var chunks []Chunk
	start, startLine, line := 0, 0, 0
	for at := 0; at < len(src); line++ {
		end := bytes.IndexByte(src[at:], '\n')
		next := len(src)
		if end >= 0 {
			next = at + end + 1
		}
		if at > start && isMarker(src[at:next], "---") {
			chunks = append(chunks, Chunk{file, src[start:at], startLine})
			start, startLine = at, line
		}
		at = next
	}
	return append(chunks, Chunk{file, src[start:], startLine}), nil
}

func isMarker(line []byte, marker string) bool {
	rest, found := bytes.CutPrefix(line, []byte(marker))
	return found && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\n')
}

// checkEncoding returns src without a byte order mark.
func checkEncoding(file string, src []byte) ([]byte, error) {
	if bytes.HasPrefix(src, []byte{0xFF, 0xFE}) || bytes.HasPrefix(src, []byte{0xFE, 0xFF}) {
		return nil, errs.New(errs.InvalidArgument, "the file is UTF-16, found at byte offset 0").WithID("T0202").
			WithHint("save it as UTF-8").At(errs.Position{File: file, Line: 1, Column: 1})
	}
	src = bytes.TrimPrefix(src, []byte{0xEF, 0xBB, 0xBF})
	for i := 0; i < len(src); {
		c := src[i]
		if c < utf8.RuneSelf {
			loneCR := c == '\r' && (i+1 == len(src) || src[i+1] != '\n') // some readers count it as a line, others do not
			if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7F || loneCR {
				return nil, errs.New(errs.InvalidArgument, "control character 0x%02X at byte offset %d", c, i).WithID("T0202").
					WithHint("save the file as UTF-8 text").At(at(file, src, i))
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return nil, errs.New(errs.InvalidArgument, "invalid UTF-8 at byte offset %d", i).WithID("T0202").
				WithHint("save the file as UTF-8").At(at(file, src, i))
		}
		i += n
	}
	return src, nil
}

// at returns the place of a byte offset; columns count characters.
func at(file string, src []byte, offset int) errs.Position {
	begin := bytes.LastIndexByte(src[:offset], '\n') + 1
	return errs.Position{File: file, Line: bytes.Count(src[:offset], []byte("\n")) + 1, Column: utf8.RuneCount(src[begin:offset]) + 1}
}

// checkDepth refuses nesting that no person writes, before anything recursive sees it. Brackets inside quoted text
// count too, which errs on the safe side only for text with DepthMax unclosed brackets.
func checkDepth(file string, src []byte) error {
	flow, line := 0, 1
	lead := true // still in the indentation of the line
	depth := 0   // of the line: columns of indentation halved, and leading dashes
	for i, c := range src {
		switch {
		case c == '\n':
			line, lead, depth = line+1, true, 0
		case lead && (c == ' ' || c == '-' || c == '?' || c == '\t'):
			if depth++; depth > 8*DepthMax {
				return tooDeep(file, line)
			}
		case c == '[' || c == '{':
			lead = false
			if flow++; flow > DepthMax {
				return tooDeep(file, line)
			}
		case c == ']' || c == '}':
			lead = false
			flow = max(0, flow-1)
		default:
			lead = false
			if lead0 := i == 0 || src[i-1] == '\n'; lead0 {
				flow = 0 // block text at the margin: no flow value is open any more
			}
		}
	}
	return nil
}

func tooDeep(file string, line int) error {
	return errs.New(errs.ResourceExhausted, "values are nested more than %d deep", DepthMax).WithID("T0201").
		WithHint("definitions need no such nesting").At(errs.Position{File: file, Line: line, Column: 1})
}
