package checkup

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// availability looks at whether stores answer, and whether they outlive this machine.
func availability(f *Facts) []Check {
	var out []Check
	for _, s := range f.Stores {
		c := Check{Topic: Availability, Subject: s.Role, Level: Pass, Finding: s.Type + " answers"}
		switch {
		case s.Err != nil:
			c.Level, c.Finding, c.Fix = Fail, fmt.Sprintf("%s does not answer: %v", s.Type, s.Err), hintOf(s.Err)
		case s.Local:
			c.Level, c.Finding = Warn, s.Type+" answers, and is files of this machine: only servers here can use it"
			c.Fix = shared(s.Role)
		}
		out = append(out, c)
	}
	return out
}

// hintOf returns the advice that an error brings, or what is true of every store.
func hintOf(err error) string {
	for _, e := range errs.All(err) {
		if e.Hint != "" {
			return e.Hint
		}
	}
	return "see that it runs, and that feature_store.yaml says where: truepoint configuration"
}

// shared says which kinds of a store several machines can use.
func shared(role string) string {
	switch role {
	case "registry":
		return "for more than one machine, keep the registry in PostgreSQL or in a bucket (s3://, gs://, azblob://)"
	case "online store":
		return "for more than one machine, or to go on when this one fails, use redis, postgres or dynamodb"
	}
	return "for more than one machine, keep the files in a bucket"
}

// backups looks at what cannot be made again: the registry with its revisions, and pushed rows.
func backups(f *Facts) []Check {
	var out []Check
	for _, s := range f.Stores {
		if !s.Kept {
			continue
		}
		c := Check{Topic: Backup, Subject: s.Role}
		if s.Local {
			c.Level, c.Finding = Warn, "is files of this machine; whether there is a copy cannot be seen from here"
			c.Fix = "copy them on a schedule, to another machine, and try to go back to a copy once"
		} else {
			c.Level, c.Finding = Warn, s.Type+" is not copied by Truepoint; whether somebody else does cannot be seen from here"
			c.Fix = "turn on backups or versions there, and try to go back to one once"
		}
		out = append(out, c)
	}
	return out
}

// monitoring says what watches this store and whom it tells: nothing can be seen from here.
func monitoring(f *Facts) []Check {
	at := f.Server.Host
	if strings.Contains(at, ":") {
		at = "[" + at + "]"
	}
	return []Check{
		{Monitoring, "metrics", Warn, "serve offers them at /metrics; whether they are collected cannot be seen from here",
			"let Prometheus scrape /metrics of every server, " + at + " here"},
		{Alerts, "rules", Warn, "whether somebody is told of trouble cannot be seen from here",
			"alert on the exit status of materialize-incremental, on the age of values (feature-views list -o json), and on errors of /metrics"},
	}
}
