// Package explain looks at values one by one: which row of a history answers for a key and why, what the online store
// holds for it, how fresh a view is, and whether online and offline agree for a list of keys.
package explain
