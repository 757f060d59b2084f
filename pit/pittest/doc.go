// Package pittest holds the tests of the meaning that every engine must pass: the scripts under spec/ and random plans.
//
// A script (language: spec/README.md) is a list of cases. Load parses a file into Cases; Run runs all files of a directory
// through an Engine and checks statuses, values, ambiguity counts and errors. An engine answers a Case as it likes: pit's
// own run its Plan, a store materializes the rows and reads them back, an SQL engine renders the plan:
//
//	func TestScripts(t *testing.T) {
//		pittest.Run(t, "../spec/pit", func(ctx context.Context, c *pittest.Case) (*pit.Result, error) {
//			return mine(ctx, c.Plan())
//		})
//	}
//
// An engine that cannot answer a case at all returns ErrUnsupported, and the case is skipped by name.
//
// Random draws a plan that is rich in ties, edges and nulls, RandomWindows one of windows; Coverage and WindowCoverage prove
// that they were; SameResults, SameWindows and SameWinners compare answers bit for bit.
package pittest
