// Package historical answers requests for training sets. It resolves what a request asks for against the definitions,
// checks and converts the spine, opens one snapshot per source, hands a pit.Plan to the join and shapes the result:
// defaults, statuses, output columns and the report.
//
// It owns no rule of its own: which row answers is pit's, names and defaults are feature's, conversions are value's.
package historical
