package screen

import (
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// Widths in columns.
const (
	widthMin     = 20
	widthDefault = 80
)

// A Terminal describes where text goes.
type Terminal struct {
	Out     io.Writer
	Width   int  // columns; 0 means that lines may be as long as they like, as in a file
	Colour  bool // escape sequences for colour are understood and wanted
	Unicode bool // the locale has UTF-8
	Live    bool // a person watches: lines may be redrawn
}

// Detect finds out what w can show. The environment decides on colour (NO_COLOR if it is not empty, TERM), width (COLUMNS) and the
// character set (LC_ALL, LC_CTYPE, LANG); a width that is no number of at least 1 is ignored, one below 20 counts as 20.
func Detect(w io.Writer, env func(string) (string, bool)) *Terminal {
	t := &Terminal{Out: w, Unicode: unicode(env)}
	f, isFile := w.(*os.File)
	terminal := isFile && term.IsTerminal(int(f.Fd()))
	kind, _ := env("TERM")
	plain, _ := env("NO_COLOR")
	t.Live = terminal && kind != "dumb"
	t.Colour = t.Live && plain == ""
	if columns, ok := env("COLUMNS"); ok {
		if n, err := strconv.Atoi(columns); err == nil && n > 0 {
			t.Width = max(n, widthMin)
			return t
		}
	}
	if terminal {
		t.Width = widthDefault
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			t.Width = max(n, widthMin)
		}
	}
	return t
}

// unicode reports whether the first locale variable that is set and not empty names UTF-8; without any it is assumed.
func unicode(env func(string) (string, bool)) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v, _ := env(name); v != "" {
			v = strings.ToLower(strings.ReplaceAll(v, "-", ""))
			return strings.Contains(v, "utf8")
		}
	}
	return true
}

// A Style is a role of text, shown by colour where there is any.
type Style string

// The styles.
const (
	Plain   Style = ""
	Strong  Style = "1"
	Faint   Style = "2"
	Good    Style = "32"
	Bad     Style = "1;31"
	Caution Style = "33"
	Accent  Style = "36"
)

// Paint returns text in a style.
func (t *Terminal) Paint(s Style, text string) string {
	if !t.Colour || s == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// Glyph returns fancy where the locale can show it and the ASCII form otherwise.
func (t *Terminal) Glyph(fancy, ascii string) string {
	if t.Unicode {
		return fancy
	}
	return ascii
}

// ASCII replaces the typographic marks that our own texts use when the locale cannot show them; text of users is kept.
func (t *Terminal) ASCII(text string) string {
	if t.Unicode {
		return text
	}
	return strings.NewReplacer("→", "->", "–", "-", "−", "-", "…", "...", "≤", "<=", "≥", ">=", "×", "x", "·", "-", "“", `"`, "”", `"`).Replace(text)
}
