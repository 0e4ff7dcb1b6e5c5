// Serves what sigstore's time-stamping authority answers, on loopback and nowhere else: its own command, timestamp-server,
// serves metrics besides, always on port 2112 of every interface, and ends where it cannot. The signer and its CA are made
// at the start. The only line on standard output is the address, once it listens there.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/sigstore/timestamp-authority/v2/pkg/server"
	"github.com/spf13/viper"
)

const (
	policy   = "1.3.6.1.4.1.57264.2"
	deadline = 30 * time.Second
)

// configure sets what the flags of timestamp-server have as defaults.
func configure() {
	viper.Set("timestamp-signer", "memory")
	viper.Set("timestamp-signer-hash", "sha256")
	viper.Set("default-policy-oid", policy)
	viper.Set("accepted-policy-oids", []string{policy})
	viper.Set("max-request-body-size", 1<<20)
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: tsaserver PORT")
	}
	configure()
	handler := server.NewRestAPIServer("", 0, nil, false, deadline, deadline).GetHandler()
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", os.Args[1]))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	authority := http.Server{Handler: handler, ReadTimeout: deadline, WriteTimeout: deadline}
	log.Fatal(authority.Serve(listener))
}
