package pit

// Check returns what is wrong with a plan before anything is read: what Eval and Naive would refuse. An engine of another
// kind calls it first. Tables are not looked at.
func (p *Plan) Check() error { return p.check() }
