package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	service = "fraud_detection_v2"
	spine   = "data/training_spine.parquet"
	history = 62 // days, more than the sample holds, so that rows past their ttl are in the store too
)

// play runs every step and ends with the proof.
func play(ctx context.Context, s *stage, plant bool) error {
	if err := define(ctx, s); err != nil {
		return err
	}
	if err := fill(ctx, s); err != nil {
		return err
	}
	var planted *change
	if plant {
		s.title("A value is changed behind the store's back (PLANT=1)")
		c, err := corrupt(ctx, s.dir)
		if err != nil {
			return err
		}
		planted = c
		s.say("%s", c)
	}
	s.title("Serving: the newest values over HTTP")
	srv, err := s.serve(ctx)
	if err != nil {
		return err
	}
	report, err := readAndProve(ctx, s, srv, planted)
	if err := errors.Join(err, srv.Stop()); err != nil {
		return err
	}
	return verdict(s, report, planted)
}

// define makes the repository and applies its definitions.
func define(ctx context.Context, s *stage) error {
	fmt.Println("The life of a feature, from its definition to a proof that training and serving agree.")
	s.title("A repository: definitions and 60 days of card payments")
	parent := *s
	parent.dir = filepath.Dir(s.dir)
	if err := parent.show(ctx, "init", "fraud"); err != nil {
		return err
	}
	if err := excerpt(s.dir); err != nil {
		return err
	}
	s.title("Plan and apply: what changes, who reads it, what work follows")
	if err := s.show(ctx, "plan"); err != nil {
		return err
	}
	return s.show(ctx, "apply", "--yes")
}

// excerpt shows the definition of a view.
func excerpt(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, "features", "fraud_detection.yaml"))
	if err != nil {
		return err
	}
	fmt.Println("   features/fraud_detection.yaml says, among other things:")
	for doc := range strings.SplitSeq(string(b), "---\n") {
		if strings.Contains(doc, "kind: FeatureView") {
			printIndented("\n" + doc)
			return nil
		}
	}
	return errors.New("the definitions hold no feature view")
}

// fill materializes and makes a training set.
func fill(ctx context.Context, s *stage) error {
	s.title("Materialize: the newest row of every key goes to the online store")
	const layout = "2006-01-02T15:04:05"
	end := time.Now().UTC()
	start := end.AddDate(0, 0, -history)
	if err := s.show(ctx, "materialize", start.Format(layout), end.Format(layout)); err != nil {
		return err
	}
	s.say("From now on, each run takes what became readable since the one before:")
	fmt.Println()
	if err := s.show(ctx, "materialize-incremental", end.Format(layout)); err != nil {
		return err
	}
	if err := s.show(ctx, "feature-views", "list"); err != nil {
		return err
	}
	s.title("A training set: each row gets the values that were true at its own time")
	return s.show(ctx, "get-historical-features", "--entities", spine, "--service", service, "--out", "train.parquet", "--report")
}

// readAndProve reads one entity the way an application does, then compares.
func readAndProve(ctx context.Context, s *stage, srv *server, planted *change) (*report, error) {
	s.say("$ curl -H 'Content-Type: application/json' %s/get-online-features \\", srv.URL)
	s.say(`    -d '{"entities": {"user_id": ["user_001"], "merchant_id": ["merch_100"]},`)
	s.say(`         "feature_service": "%s"}'`, service)
	b, err := srv.post(ctx, "/get-online-features", map[string]any{
		"entities": map[string][]string{"user_id": {"user_001"}, "merchant_id": {"merch_100"}}, "feature_service": service})
	if err != nil {
		return nil, err
	}
	printIndented(folded(string(b), 74))
	fmt.Println()
	if err := s.show(ctx, "explain", "user_transaction_features:transaction_count_7d", "-e", "user_id=user_001"); err != nil {
		return nil, err
	}
	s.title("Proof: every cell, online against offline")
	report, err := prove(ctx, s, srv)
	if err != nil {
		return nil, err
	}
	if len(report.differences) > 0 && planted != nil {
		err = s.show(ctx, "explain", planted.ref, "-e", "user_id="+planted.user)
	}
	return report, err
}

// folded breaks a long line after commas.
func folded(text string, width int) string {
	var b strings.Builder
	line := 0
	for part := range strings.SplitAfterSeq(text, ",") {
		if line > 0 && line+len(part) > width {
			b.WriteByte('\n')
			line = 0
		}
		b.WriteString(part)
		line += len(part)
	}
	return b.String() + "\n"
}

// verdict prints what the proof found. The last line is the result.
func verdict(s *stage, r *report, planted *change) error {
	s.say("%d entities x %d features read over HTTP as of %s,", r.entities, r.features, r.asOf)
	s.say("recomputed from the files by the naive join in this process, bits, statuses and")
	s.say("event times compared:")
	for _, name := range statusNames() {
		s.say("  %-16s %6d cells", name, r.statuses[name])
	}
	fmt.Println()
	for _, d := range r.differences {
		s.say("DIFFERS  %s", d)
	}
	s.say("all of it took %.0f s", time.Since(s.began).Seconds())
	fmt.Printf("\nonline = offline on %d of %d cells\n", r.agreed, r.cells)
	if planted != nil && len(r.differences) == 0 {
		return errors.New("a planted fault was not found")
	}
	return r.check()
}
