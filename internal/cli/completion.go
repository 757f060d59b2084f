package cli

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/screen"
)

type completionVerb struct {
	Shell string `arg:"" help:"bash, zsh or fish."`
}

// Run implements the verb completion.
func (v *completionVerb) Run(a *app) error {
	words := map[string][]string{"": globalFlags(a.model.Model.Node)}
	collectWords(words, "", a.model.Model.Node)
	var text string
	switch v.Shell {
	case "bash":
		text = bashCompletion(words)
	case "zsh":
		text = "autoload -U +X bashcompinit && bashcompinit\n" + bashCompletion(words)
	case "fish":
		text = fishCompletion(a.model.Model.Node)
	default:
		return errs.New(errs.Usage, "%q is no shell that completion knows", v.Shell).WithID("T0925").WithHint("use bash, zsh or fish")
	}
	return a.print(&screen.Answer{Text: text, Value: words, Names: []string{v.Shell}})
}

func globalFlags(n *kong.Node) []string {
	out := []string{}
	for _, f := range n.Flags {
		if !f.Hidden {
			out = append(out, "--"+f.Name)
		}
	}
	return out
}

// collectWords maps the path of each verb, such as "runs list", to what may follow it.
func collectWords(words map[string][]string, path string, n *kong.Node) {
	for _, c := range n.Children {
		words[path] = append(words[path], c.Name)
		sub := strings.TrimSpace(path + " " + c.Name)
		words[sub] = globalFlags(c)
		collectWords(words, sub, c)
	}
}

func bashCompletion(words map[string][]string) string {
	var b strings.Builder
	b.WriteString("_truepoint() {\n  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" w words\n")
	b.WriteString("  for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"$w\" in -*) ;; *) path=\"${path:+$path }$w\" ;; esac\n  done\n")
	b.WriteString("  case \"$path\" in\n")
	for _, path := range sortedKeys(words) {
		fmt.Fprintf(&b, "    %q) words=%q ;;\n", path, strings.Join(words[path], " "))
	}
	b.WriteString("    *) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n  esac\n")
	b.WriteString("  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -o default -F _truepoint truepoint\n")
	return b.String()
}

func fishCompletion(n *kong.Node) string {
	var b strings.Builder
	for _, c := range n.Children {
		fmt.Fprintf(&b, "complete -c truepoint -n __fish_use_subcommand -a %s -d %q\n", c.Name, c.Help)
		for _, f := range c.Flags {
			if !f.Hidden {
				fmt.Fprintf(&b, "complete -c truepoint -n '__fish_seen_subcommand_from %s' -l %s -d %q\n", c.Name, f.Name, f.Help)
			}
		}
		for _, s := range c.Children {
			fmt.Fprintf(&b, "complete -c truepoint -n '__fish_seen_subcommand_from %s' -a %s -d %q\n", c.Name, s.Name, s.Help)
		}
	}
	return b.String()
}
