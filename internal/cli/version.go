package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/truepoint/truepoint/internal/screen"
)

// version is that of the program.
const version = "0.1.0"

type versionVerb struct{}

// Run implements the verb version.
func (v *versionVerb) Run(a *app) error {
	doc := struct {
		Version  string `json:"version"`
		Revision string `json:"revision,omitempty"`
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				doc.Revision = s.Value
			}
		}
	}
	text := fmt.Sprintf("truepoint %s (%s, %s)\n", doc.Version, doc.Go, doc.Platform)
	return a.print(&screen.Answer{Text: text, Value: doc, Names: []string{doc.Version}})
}
