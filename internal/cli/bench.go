package cli

type benchVerb struct {
	Serve       benchServeVerb       `cmd:"" help:"Ask a feature server at a fixed rate and measure its answers."`
	Materialize benchMaterializeVerb `cmd:"" help:"Fill tables of its own in the online store, measure, and remove them."`
}
