package pit

import "context"

// EvalHolding is Eval whose lean passes are given up where a worker holds more than held tied rows; 0: as Eval has it.
func EvalHolding(ctx context.Context, p *Plan, opt *EvalOptions, held int) (*Result, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	e := newEvaluation(p, opt, p.scans())
	e.leanMax = held
	return e.run(ctx)
}
