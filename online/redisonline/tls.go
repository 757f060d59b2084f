package redisonline

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"os"

	"github.com/truepoint/truepoint/errs"
)

// tls returns the client's side of TLS, nil without it. It reads the files of certificates.
func (a *Address) tls() (*tls.Config, error) {
	if !a.Secure && a.CAFile == "" && a.CertFile == "" && a.KeyFile == "" {
		return nil, nil
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.CAFile != "" {
		pem, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "the certificate authority of Redis").WithID("T0650").WithHint("check ssl_ca_certs")
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, invalid("%s holds no certificate in PEM", a.CAFile)
		}
	}
	if a.CertFile != "" || a.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(a.CertFile, cmp.Or(a.KeyFile, a.CertFile))
		if err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "the client's certificate for Redis").WithID("T0650").WithHint("check ssl_certfile and ssl_keyfile")
		}
		t.Certificates = []tls.Certificate{pair}
	}
	switch {
	case a.AnyServer:
		t.InsecureSkipVerify = true
	case a.AnyName:
		t.InsecureSkipVerify = true
		t.VerifyConnection = func(s tls.ConnectionState) error {
			o := x509.VerifyOptions{Roots: t.RootCAs, Intermediates: x509.NewCertPool()}
			for _, i := range s.PeerCertificates[1:] {
				o.Intermediates.AddCert(i)
			}
			_, err := s.PeerCertificates[0].Verify(o)
			return err
		}
	}
	return t, nil
}
