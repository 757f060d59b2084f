package cli

type entitiesVerb struct {
	List     entitiesListVerb     `cmd:"" help:"List entities."`
	Describe entitiesDescribeVerb `cmd:"" help:"Show one entity."`
}

type entitiesListVerb struct{ listFlags }

// Run implements entities list.
func (v *entitiesListVerb) Run(a *app) error { return list(a, &v.listFlags, entityListing()) }

type entitiesDescribeVerb struct{ describeVerb }

// Run implements entities describe.
func (v *entitiesDescribeVerb) Run(a *app) error { return describe(a, v.Name, entityListing()) }

type dataSourcesVerb struct {
	List     dataSourcesListVerb     `cmd:"" help:"List data sources."`
	Describe dataSourcesDescribeVerb `cmd:"" help:"Show one data source."`
}

type dataSourcesListVerb struct{ listFlags }

// Run implements data-sources list.
func (v *dataSourcesListVerb) Run(a *app) error { return list(a, &v.listFlags, sourceListing()) }

type dataSourcesDescribeVerb struct{ describeVerb }

// Run implements data-sources describe.
func (v *dataSourcesDescribeVerb) Run(a *app) error { return describe(a, v.Name, sourceListing()) }

type servicesVerb struct {
	List     servicesListVerb     `cmd:"" help:"List feature services."`
	Describe servicesDescribeVerb `cmd:"" help:"Show one feature service."`
}

type servicesListVerb struct{ listFlags }

// Run implements feature-services list.
func (v *servicesListVerb) Run(a *app) error { return list(a, &v.listFlags, serviceListing()) }

type servicesDescribeVerb struct{ describeVerb }

// Run implements feature-services describe.
func (v *servicesDescribeVerb) Run(a *app) error { return describe(a, v.Name, serviceListing()) }
