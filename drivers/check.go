package drivers

import (
	"maps"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
)

// inMemory is the type of stores that no configuration file can name.
const inMemory = "memory"

// Check reports every store of c that cannot be opened because this binary is not linked with its type, because
// there is none, or because its address cannot be, at its place in the file and with the types that are linked. It opens nothing.
//
// Errors: Unimplemented for a type that is not linked, FailedPrecondition for none.
func Check(c *config.Config) error {
	var faults errs.List
	faults.Add(check(registries(), "registry", c.Registry.Type, c.Registry.Pos, "registry: data/registry.db"))
	faults.Add(check(offlineStores(), "offline store", c.Offline.Type, c.Offline.Pos, "offline_store: {type: file}, with sources: to replace tables by files"))
	faults.Add(check(onlineStores(), "online store", c.Online.Type, c.Online.Pos, "online_store: {type: embedded, path: data/online}"))
	faults.Add(checkRedis(c))
	return faults.Err()
}

// check returns the fault of a store whose type is none of linked, nil for the others.
func check[T any](linked map[string]T, what, kind string, pos errs.Position, instead string) *errs.Error {
	if _, ok := linked[kind]; ok {
		return nil
	}
	if kind == "none" {
		return errs.New(errs.FailedPrecondition, "the configuration has no %s", what).WithID("T0390").At(pos).WithHint("use %s", instead)
	}
	types := slices.DeleteFunc(slices.Sorted(maps.Keys(linked)), func(name string) bool { return name == inMemory })
	return errs.New(errs.Unimplemented, "the %s %q is not part of this release, which has %s", what, kind, strings.Join(types, ", ")).
		WithID("T0390").At(pos).WithHint("use %s", instead)
}
