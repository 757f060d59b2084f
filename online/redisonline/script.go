package redisonline

import (
	"context"
	"crypto/sha1"
	_ "embed"
	"encoding/hex"

	"github.com/redis/rueidis"
)

// A script is what servers run atomically for some cells. It returns two counts, and may return as a third number which of the
// cells were written, in its bits from the lowest on.
type script struct {
	text string
	name string // how servers name it once they have seen it
}

func newScript(text string) script {
	sum := sha1.Sum([]byte(text))
	return script{text, hex.EncodeToString(sum[:])}
}

//go:embed put.lua
var putText string

//go:embed expire.lua
var expireText string

var putScript, expireScript = newScript(putText), newScript(expireText)

// A scripted is a call of a script for groups of cells, one command each.
type scripted struct {
	p        *pipeline
	script   *script
	args     []string // before the rows
	withText bool     // for servers that have not seen the script
	entering string   // a table that is entered before, on the same connection; "": none
	sum      handed
}

// A handed is what scripts have done: the sums of their counts, and for how many cells they ran.
type handed struct {
	counts [2]int64
	cells  int64
}

// run runs the script for each group and returns the groups that met a server which has not seen it, and with an error the
// cells of others that failed.
func (c *scripted) run(ctx context.Context, groups [][]int) (unseen [][]int, left []int, err error) {
	var commands rueidis.Commands
	if c.entering != "" {
		commands = c.p.entry(c.entering)
	}
	before := len(commands)
	keys, rows := make([]string, 0, scriptCells), make([]string, 0, scriptCells)
	for _, group := range groups {
		keys, rows = keys[:0], rows[:0]
		for _, n := range group {
			keys, rows = append(keys, c.p.keys[n]), append(rows, c.p.rows[n])
		}
		commands = append(commands, c.command(keys, rows))
	}
	said := c.p.client.DoMulti(ctx, commands...)
	refused := entered(said[:before])
	for i, r := range said[before:] {
		counts, e := r.AsIntSlice()
		if refused != nil { // written or not, it is written again when the table is entered
			e = refused
		}
		switch {
		case e == nil && len(counts) >= len(c.sum.counts):
			c.count(groups[i], counts)
		case e != nil && !c.withText && firstWord(e) == "NOSCRIPT":
			unseen = append(unseen, groups[i])
		default:
			left, err = append(left, groups[i]...), worse(err, e)
		}
	}
	return unseen, left, err
}

// count adds what the script returned for a group of cells.
func (c *scripted) count(group []int, counts []int64) {
	for k := range c.sum.counts {
		c.sum.counts[k] += counts[k]
	}
	c.sum.cells += int64(len(group))
	if c.p.written == nil || len(counts) == len(c.sum.counts) {
		return
	}
	which := counts[len(c.sum.counts)]
	for k, n := range group {
		c.p.written[n] = c.p.written[n] || which>>k&1 == 1
	}
}

// command names the script, or hands over its text.
func (c *scripted) command(keys, rows []string) rueidis.Completed {
	b, count := c.p.client.B(), int64(len(keys))
	if c.withText {
		return b.Eval().Script(c.script.text).Numkeys(count).Key(keys...).Arg(c.args...).Arg(rows...).Build().ToPipe()
	}
	return b.Evalsha().Sha1(c.script.name).Numkeys(count).Key(keys...).Arg(c.args...).Arg(rows...).Build().ToPipe()
}
