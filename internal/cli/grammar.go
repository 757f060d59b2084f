package cli

import "github.com/alecthomas/kong"

// Globals are the flags of every verb.
type Globals struct {
	Chdir    string `short:"c" group:"global" placeholder:"DIR" help:"Work in this repository."`
	Config   string `name:"feature-store-yaml" group:"global" placeholder:"FILE" help:"Configuration file (-f before the verb)."`
	Project  string `group:"global" placeholder:"NAME" help:"Project, if not the configured one."`
	LogLevel string `group:"global" default:"warn" placeholder:"LEVEL" help:"debug, info, warn or error."`
	Output   string `short:"o" group:"global" default:"table" placeholder:"FORMAT" help:"table, json, yaml, csv or name."`
	NoColor  bool   `group:"global" help:"Never use colour."`
}

// Grammar is the whole command line.
type Grammar struct {
	Globals

	Init     initVerb     `cmd:"" group:"start" help:"Make a repository that works at once."`
	Validate validateVerb `cmd:"" group:"start" help:"Find every fault of the definitions."`
	Sources  sourcesVerb  `cmd:"" group:"start" help:"Look at the data behind the sources."`
	Plan     planVerb     `cmd:"" group:"start" help:"Show what apply would change."`
	Apply    applyVerb    `cmd:"" group:"start" help:"Make the registry say what the definitions say."`

	Materialize  materializeVerb  `cmd:"" group:"data" help:"Copy the newest rows of an interval to the online store."`
	Incremental  incrementalVerb  `cmd:"" name:"materialize-incremental" group:"data" help:"Copy what is new since the last time."`
	Runs         runsVerb         `cmd:"" group:"data" help:"Materializations: history, and what runs now."`
	Push         pushVerb         `cmd:"" group:"data" help:"Write rows through a push source."`
	DeleteEntity deleteEntityVerb `cmd:"" name:"delete-entity" group:"data" help:"Delete an entity from the online store, with a receipt."`
	Gc           gcVerb           `cmd:"" group:"data" help:"Remove online tables and rows that nothing needs."`

	Historical historicalVerb `cmd:"" name:"get-historical-features" group:"read" help:"Make a training set."`
	Datasets   datasetsVerb   `cmd:"" group:"read" help:"Saved training sets, and making them again."`
	Online     onlineVerb     `cmd:"" name:"get-online-features" group:"read" help:"Read the newest values."`
	Explain    explainVerb    `cmd:"" group:"read" help:"Say why a value is what it is."`
	Preview    previewVerb    `cmd:"" group:"read" help:"Show rows of a view's history."`
	Serve      serveVerb      `cmd:"" group:"read" help:"Run the feature server."`

	Entities    entitiesVerb    `cmd:"" group:"look" help:"List or describe entities."`
	DataSources dataSourcesVerb `cmd:"" group:"look" help:"List or describe data sources."`
	Views       viewsVerb       `cmd:"" name:"feature-views" group:"look" help:"List or describe feature views, with freshness."`
	OnDemand    onDemandVerb    `cmd:"" name:"on-demand-feature-views" group:"look" help:"List or describe on-demand feature views."`
	Services    servicesVerb    `cmd:"" name:"feature-services" group:"look" help:"List or describe feature services."`
	Features    featuresVerb    `cmd:"" group:"look" help:"List features or search for them."`
	Projects    projectsVerb    `cmd:"" group:"look" help:"List projects."`

	Dump     dumpVerb     `cmd:"" name:"registry-dump" group:"registry" help:"Print every stored definition."`
	History  historyVerb  `cmd:"" group:"registry" help:"Show the revisions of the registry."`
	Diff     diffVerb     `cmd:"" group:"registry" help:"Show what differs between two revisions."`
	Rollback rollbackVerb `cmd:"" group:"registry" help:"Go back to an earlier revision."`
	Delete   deleteVerb   `cmd:"" group:"registry" help:"Remove one definition."`
	Teardown teardownVerb `cmd:"" group:"registry" help:"Remove every definition and all online data."`

	Bench         benchVerb         `cmd:"" group:"other" help:"Measure this store and this server."`
	Doctor        doctorVerb        `cmd:"" group:"other" help:"Go through the checklist for production."`
	Configuration configurationVerb `cmd:"" group:"other" help:"Print the configuration in effect."`
	Schema        schemaVerb        `cmd:"" group:"other" help:"Print the JSON Schema of definition files."`
	Completion    completionVerb    `cmd:"" group:"other" help:"Print a completion script for a shell."`
	Version       versionVerb       `cmd:"" group:"other" help:"Print the version."`
}

// groups are the headings under which --help lists verbs and flags.
func groups() []kong.Group {
	return []kong.Group{
		{Key: "start", Title: "Define:"},
		{Key: "data", Title: "Fill:"},
		{Key: "read", Title: "Read:"},
		{Key: "look", Title: "Look around:"},
		{Key: "registry", Title: "Registry:"},
		{Key: "other", Title: "Other:"},
		{Key: "global", Title: "Flags of every verb:"},
	}
}
