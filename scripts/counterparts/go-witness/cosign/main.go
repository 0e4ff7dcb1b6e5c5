// cosign OMNIWITNESS STATE REQUEST VKEYS: does a witness cosign a checkpoint?
//
// Starts the omniwitness with the key and the memory that STATE holds (made when missing) and with the log whose sealing key is the
// first of VKEYS, sends it REQUEST (C2SP tlog-witness, add-checkpoint), and checks its cosignature. The cosigned checkpoint is written
// to STATE/cosigned, its size to STATE/size. The witness listens on loopback only and is told of nobody else.
// Exit 0 cosigned, 1 refused, 2 usage, or no witness could be asked.
package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/transparency-dev/formats/log"
	formats "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

const patience = 20 * time.Second

func main() {
	if len(os.Args) != 5 {
		fail(2, "usage: cosign OMNIWITNESS STATE REQUEST VKEYS")
	}
	omniwitness, state, requestFile, vkeys := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	request, err := os.ReadFile(requestFile)
	if err != nil {
		fail(2, "%v", err)
	}
	keys, err := os.ReadFile(vkeys)
	if err != nil || len(strings.Fields(string(keys))) == 0 {
		fail(2, "%s: no verifier key", vkeys)
	}
	sealing, err := formats.NewVerifier(strings.Fields(string(keys))[0])
	if err != nil {
		fail(2, "%s: %v", vkeys, err)
	}
	if err := loopbackUp(); err != nil {
		fail(2, "no loopback: %v", err)
	}
	witness, err := witnessKey(state)
	if err != nil {
		fail(2, "%v", err)
	}
	address, process, err := start(omniwitness, state, sealing.Name(), strings.Fields(string(keys))[0])
	if err != nil {
		fail(2, "the witness does not start: %v", err)
	}
	lines, err := ask(address, request)
	process.Process.Kill()
	process.Wait()
	if err != nil {
		fail(1, "refused: %v", err)
	}
	_, checkpoint, found := bytes.Cut(request, []byte("\n\n"))
	if !found {
		fail(2, "%s: no empty line before the checkpoint", requestFile)
	}
	if err := keep(state, append(checkpoint, lines...), sealing, witness); err != nil {
		fail(1, "refused: %v", err)
	}
}

// loopbackUp is needed in a network namespace of our own; elsewhere it is up already, and this changes nothing.
func loopbackUp() error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(socket)
	var request struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:], "lo")
	at := uintptr(unsafe.Pointer(&request))
	if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), syscall.SIOCGIFFLAGS, at); failed != 0 {
		return failed
	}
	if request.flags&syscall.IFF_UP != 0 {
		return nil
	}
	request.flags |= syscall.IFF_UP
	if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), syscall.SIOCSIFFLAGS, at); failed != 0 {
		return failed
	}
	return nil
}

// witnessKey makes the witness's key at its first use.
func witnessKey(state string) (note.Verifier, error) {
	public := filepath.Join(state, "witness.vkey")
	if _, err := os.Stat(public); errors.Is(err, os.ErrNotExist) {
		secret, verifier, err := note.GenerateKey(rand.Reader, "witness.example")
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(state, "witness.key"), []byte(secret), 0o600); err != nil {
			return nil, err
		}
		if err := os.WriteFile(public, []byte(verifier), 0o600); err != nil {
			return nil, err
		}
	}
	verifier, err := os.ReadFile(public)
	if err != nil {
		return nil, err
	}
	return formats.NewVerifierForCosignatureV1(string(verifier))
}

func start(omniwitness, state, origin, vkey string) (string, *exec.Cmd, error) {
	logs := filepath.Join(state, "logs.yaml")
	known := fmt.Sprintf("Logs:\n  - Origin: %q\n    PublicKey: %q\n    URL: \"\"\n", origin, vkey)
	if err := os.WriteFile(logs, []byte(known), 0o600); err != nil {
		return "", nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	output, err := os.Create(filepath.Join(state, "witness.log"))
	if err != nil {
		return "", nil, err
	}
	process := exec.Command(omniwitness, "--listen", address, "--metrics_listen", "", "--logtostderr",
		"--private_key_path", filepath.Join(state, "witness.key"), "--additional_logs", logs,
		"--db_file", filepath.Join(state, "witness.db"))
	process.Stdout, process.Stderr = output, output
	// It does not outlive whoever asks, however that ends.
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := process.Start(); err != nil {
		return "", nil, err
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			connection.Close()
			return address, process, nil
		}
	}
	process.Process.Kill()
	return "", nil, fmt.Errorf("no answer on %s within %v; what it said stands in %s", address, patience, output.Name())
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

func ask(address string, request []byte) ([]byte, error) {
	client := http.Client{Timeout: patience}
	answer, err := client.Post("http://"+address+"/add-checkpoint", "text/plain", bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the witness answers %d: %s", answer.StatusCode, strings.TrimSpace(string(body)))
	}
	return body, nil
}

// keep checks the note with the line that was added: the log's key and the witness's must both have signed it.
func keep(state string, cosigned []byte, sealing, witness note.Verifier) error {
	opened, err := note.Open(cosigned, note.VerifierList(sealing, witness))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != 2 {
		return fmt.Errorf("%d lines verify, expected that of the sealing key and that of the witness", len(opened.Sigs))
	}
	var head log.Checkpoint
	if _, err := head.Unmarshal([]byte(opened.Text)); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(state, "cosigned"), cosigned, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(state, "size"), fmt.Appendf(nil, "%d\n", head.Size), 0o600); err != nil {
		return err
	}
	fmt.Printf("accepted: cosigned by %s: size %d, root %x\n", witness.Name(), head.Size, head.Hash)
	return nil
}

func fail(code int, format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(code)
}
