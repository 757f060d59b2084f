package main

import (
	"fmt"
	"math"
	"strings"
)

// Sizes of the picture, in its own units.
const (
	pictureWidth = 860
	pictureTop   = 92
	rowHeight    = 34
	barLeft      = 190
	barWidth     = 640 // of a correlation of 1
)

// svg returns the comparison as a picture: for each feature its correlation with the label, as the join of the
// definitions gives it and as a join by event time alone does, and the share of the cells that leak.
func (c *comparison) svg() string {
	var b strings.Builder
	height := pictureTop + rowHeight*len(c.features) + 50
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="13">
  <title>How good the features look, honestly and with a join by event time alone</title>
  <style>.h{fill:#2a7a3b}.l{fill:#c0392b}.s{fill:#567;font-size:12px}.g{stroke:#d5dde5}text{fill:#123}</style>
  <rect width="%d" height="%d" fill="#fff"/>
  <text x="20" y="28" font-size="16" font-weight="600">Will this flight be late? What each feature seems to know at the scheduled departure</text>
  <rect class="h" x="20" y="44" width="12" height="12"/><text x="38" y="55">rows that were known by then</text>
  <rect class="l" x="280" y="44" width="12" height="12"/><text x="298" y="55">join by event time alone</text>
  <text class="s" x="%d" y="55" text-anchor="end">cells that leak</text>
`, pictureWidth, height, pictureWidth, height, pictureWidth-20)
	bottom := pictureTop + rowHeight*len(c.features)
	for tenth := 0; tenth <= 8; tenth += 2 {
		x := barLeft + barWidth*tenth/10
		fmt.Fprintf(&b, "  <path class=\"g\" d=\"M%d %dV%d\"/><text class=\"s\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">0.%d</text>\n",
			x, pictureTop-10, bottom, x, bottom+16, tenth)
	}
	for i, f := range c.features {
		y := pictureTop + rowHeight*i
		fmt.Fprintf(&b, "  <text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", barLeft-10, y+13, f.name)
		fmt.Fprintf(&b, "  <rect class=\"h\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"10\"/>\n", barLeft, y-1, bar(f.honestCorr))
		fmt.Fprintf(&b, "  <rect class=\"l\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"10\"/>\n", barLeft, y+10, bar(f.leakyCorr))
		fmt.Fprintf(&b, "  <text class=\"s\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%.0f %%</text>\n", pictureWidth-20, y+13, 100*f.share())
	}
	fmt.Fprintf(&b, "  <text class=\"s\" x=\"%d\" y=\"%d\">size of the correlation with “more than 15 minutes late”</text>\n</svg>\n", barLeft, bottom+36)
	return b.String()
}

// bar returns the length of the bar of a correlation, whatever its sign.
func bar(correlation float64) int { return int(math.Round(barWidth * math.Abs(correlation))) }
