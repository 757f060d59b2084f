// Package apply changes what the registry says. Make compares wanted definitions with the registry's and returns a
// Plan: every change with its class, the services that read it and the materialization it asks for. Apply commits a
// plan as one revision, or refuses it when somebody else was faster.
//
//	current, err := reg.Read(ctx, "fraud", registry.Newest)
//	plan, err := apply.Make(ctx, current, wanted, &apply.MakeOptions{Infer: columns})
//	revision, err := apply.Apply(ctx, reg, plan, apply.Options{Author: "ann", Now: now})
//
// A change is additive, breaking or destructive (design/semantics.md 9.2). A breaking change of a view opens a new
// generation, that is a new online table; a new list of fields gets a new schema id. Neither number is ever given
// twice to a view name, also not over its deletion: the registry remembers every generation that was left. A view that
// is created under the name of a deleted one begins a generation that no earlier one stands in for (View.Since).
package apply
