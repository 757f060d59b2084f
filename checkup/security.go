package checkup

import (
	"fmt"
	"net"
)

// othersMay are the bits of a file's mode that let everybody read or write it.
const othersMay = 0o006

// security looks at who can reach the server and read secrets.
func security(f *Facts) []Check {
	out := []Check{server(&f.Server)}
	for _, file := range f.Files {
		c := Check{Topic: Security, Subject: file.Path, Level: Pass, Finding: fmt.Sprintf("%s, mode %04o", file.What, file.Mode)}
		switch {
		case file.Missing:
			c.Level, c.Finding, c.Fix = Fail, file.What+" is not there", "make it, or take its name out of feature_store.yaml"
		case file.Mode&othersMay != 0 && file.Secret:
			c.Level, c.Finding = Fail, fmt.Sprintf("%s with secrets can be read or changed by everybody on this machine (mode %04o)", file.What, file.Mode)
			c.Fix = "chmod o-rw " + file.Path
		case file.Mode&0o002 != 0:
			c.Level, c.Finding, c.Fix = Fail, fmt.Sprintf("%s can be changed by everybody on this machine (mode %04o)", file.What, file.Mode), "chmod o-w "+file.Path
		}
		out = append(out, c)
	}
	return out
}

func server(s *Server) Check {
	ip := net.ParseIP(s.Host)
	inside := s.Host == "localhost" || ip != nil && ip.IsLoopback()
	c := Check{Topic: Security, Subject: "server", Level: Pass}
	switch {
	case s.Tokens:
		c.Finding = "callers must show a token"
	case inside:
		c.Finding = fmt.Sprintf("listens on %s only: nobody outside this machine can reach it", s.Host)
	default:
		c.Level, c.Finding = Fail, fmt.Sprintf("listens on %s without tokens: everybody who reaches it may read and write", s.Host)
		c.Fix = "name a tokens_file under server: in feature_store.yaml"
	}
	return c
}
