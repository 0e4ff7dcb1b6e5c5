// Runs GlobalSign's EST server before a CA of our own, which does what the owner's CA has to do for a sealing key: copies
// the extensions of the request. It takes the configuration of cmd/estserver, and three things more: "mood", a file that
// says what the CA does with the next request ("refuse WORDS", "defer SECONDS", "bare": without the purposes; else it
// issues), "requests", a file to which the hash of each request is added, and "password" of the user "box", who may be asked for.
package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log"
	"math/big"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/globalsign/est"
)

const lifetime = 90 * 24 * time.Hour

var oidExtendedKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

type config struct {
	MockCA struct {
		Certificates string `json:"certificates"`
		PrivateKey   string `json:"private_key"`
	} `json:"mock_ca"`
	TLS struct {
		ListenAddress string   `json:"listen_address"`
		Certificates  string   `json:"certificates"`
		PrivateKey    string   `json:"private_key"`
		ClientCAs     []string `json:"client_cas"`
	} `json:"tls"`
	AllowedHosts []string `json:"allowed_hosts"`
	Mood         string   `json:"mood"`
	Requests     string   `json:"requests"`
	Password     string   `json:"password"`
}

type authority struct {
	certificate    *x509.Certificate
	key            crypto.Signer
	mood, requests string
}

// answer is what the server tells a client instead of a certificate (est.Error).
type answer struct {
	status, retryAfter int
	words              string
}

func (a answer) StatusCode() int { return a.status }
func (a answer) Error() string   { return a.words }
func (a answer) RetryAfter() int { return a.retryAfter }

func (ca authority) CACerts(context.Context, string, *http.Request) ([]*x509.Certificate, error) {
	return []*x509.Certificate{ca.certificate}, nil
}

func (ca authority) CSRAttrs(context.Context, string, *http.Request) (est.CSRAttrs, error) {
	return est.CSRAttrs{}, nil
}

func (ca authority) Enroll(_ context.Context, csr *x509.CertificateRequest, _ string, _ *http.Request) (*x509.Certificate, error) {
	return ca.answer("enrol", csr)
}

func (ca authority) Reenroll(_ context.Context, _ *x509.Certificate, csr *x509.CertificateRequest, _ string, _ *http.Request) (*x509.Certificate, error) {
	return ca.answer("renew", csr)
}

func (ca authority) ServerKeyGen(context.Context, *x509.CertificateRequest, string, *http.Request) (*x509.Certificate, []byte, error) {
	return nil, nil, errors.New("not here")
}

func (ca authority) TPMEnroll(context.Context, *x509.CertificateRequest, []*x509.Certificate, []byte, []byte, string, *http.Request) ([]byte, []byte, []byte, error) {
	return nil, nil, nil, errors.New("not here")
}

func (ca authority) answer(what string, csr *x509.CertificateRequest) (*x509.Certificate, error) {
	if err := note(ca.requests, fmt.Sprintf("%s %x\n", what, sha256.Sum256(csr.Raw))); err != nil {
		return nil, err
	}
	text, _ := os.ReadFile(ca.mood)
	mood, more, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	switch mood {
	case "refuse":
		return nil, answer{status: http.StatusForbidden, words: more}
	case "defer":
		seconds, err := strconv.Atoi(more)
		if err != nil {
			return nil, err
		}
		return nil, answer{status: http.StatusAccepted, words: "somebody has to approve it", retryAfter: seconds}
	}
	return ca.issue(csr, mood == "bare")
}

func (ca authority) issue(csr *x509.CertificateRequest, bare bool) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	var copied []pkix.Extension
	for _, extension := range csr.Extensions {
		if extension.Id.Equal(oidSubjectAltName) || extension.Id.Equal(oidExtendedKeyUsage) && !bare {
			copied = append(copied, extension)
		}
	}
	now := time.Now()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber:          serial,
		NotBefore:             now.Add(-time.Minute),
		NotAfter:              now.Add(lifetime),
		RawSubject:            csr.RawSubject,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtraExtensions:       copied,
	}, ca.certificate, csr.PublicKey, ca.key)
	if err != nil {
		return nil, err
	}
	// Go reads no object identifier with an arc as long as that of the seals' usage, and the server needs the bytes only.
	return &x509.Certificate{Raw: der}, nil
}

func note(file, line string) error {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = out.WriteString(line)
	return err
}

func block(file string) []byte {
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	found, _ := pem.Decode(text)
	if found == nil {
		log.Fatalf("%s is not PEM", file)
	}
	return found.Bytes
}

func certificate(file string) *x509.Certificate {
	parsed, err := x509.ParseCertificate(block(file))
	if err != nil {
		log.Fatal(err)
	}
	return parsed
}

func signer(file string) crypto.Signer {
	key, err := x509.ParsePKCS8PrivateKey(block(file))
	if err != nil {
		log.Fatal(err)
	}
	return key.(crypto.Signer)
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: sealca CONFIG")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var cfg config
	if err := json.Unmarshal(text, &cfg); err != nil {
		log.Fatal(err)
	}
	server := est.ServerConfig{
		CA: authority{
			certificate: certificate(cfg.MockCA.Certificates),
			key:         signer(cfg.MockCA.PrivateKey),
			mood:        cfg.Mood,
			requests:    cfg.Requests,
		},
		AllowedHosts: cfg.AllowedHosts,
	}
	if cfg.Password != "" {
		server.CheckBasicAuth = func(_ context.Context, r *http.Request, _, user, password string) error {
			// Whoever shows a certificate needs no password.
			if len(r.TLS.PeerCertificates) > 0 || user == "box" && password == cfg.Password {
				return nil
			}
			return errors.New("wrong name or password")
		}
	}
	router, err := est.NewRouter(&server)
	if err != nil {
		log.Fatal(err)
	}
	clients := x509.NewCertPool()
	for _, file := range cfg.TLS.ClientCAs {
		clients.AddCert(certificate(file))
	}
	listener := &http.Server{
		Addr:    cfg.TLS.ListenAddress,
		Handler: router,
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			ClientAuth: tls.VerifyClientCertIfGiven,
			ClientCAs:  clients,
			Certificates: []tls.Certificate{{
				Certificate: [][]byte{block(cfg.TLS.Certificates)},
				PrivateKey:  signer(cfg.TLS.PrivateKey),
			}},
		},
	}
	log.Fatal(listener.ListenAndServeTLS("", ""))
}
