package cli

import (
	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/internal/screen"
)

type configurationVerb struct{}

// Run implements the verb configuration: what is in effect, secrets masked.
func (v *configurationVerb) Run(a *app) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	if a.format == screen.AsTable {
		a.format = screen.AsYAML
	}
	return a.print(&screen.Answer{Value: c, Names: []string{c.Project}})
}

type schemaVerb struct{}

// Run implements the verb schema.
func (v *schemaVerb) Run(a *app) error {
	if a.format == screen.AsTable {
		a.format = screen.AsJSON
	}
	return a.print(&screen.Answer{Value: definitions.JSONSchema(), Names: []string{"definitions"}})
}
