package access

import (
	"crypto/tls"
	"log/slog"

	"github.com/truepoint/truepoint/errs"
)

// TLS returns the configuration of a server whose certificate and key stand in PEM files. New connections use the files
// as they are: nothing has to be restarted when they are renewed. Errors: FailedPrecondition for files that cannot be used.
func TLS(certFile, keyFile string, log *slog.Logger) (*tls.Config, error) {
	w, err := watch(log, func() (*tls.Certificate, error) {
		c, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, errs.Wrap(err, errs.FailedPrecondition, "cannot use the TLS certificate %s with the key %s", certFile, keyFile).WithID("T0822").
				WithHint("give a certificate and its key, both in PEM")
		}
		return &c, nil
	}, certFile, keyFile)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return w.get(), nil },
	}, nil
}
