// Command tessera is a peer of gateway/bench/log: Tessera's POSIX log with so many waiters, each of which adds a leaf,
// waits until it is durable and integrated, and adds the next; or the same log behind HTTP.
//
//	tessera --folder DIR --waiters 1024 --batch 256 --age 250ms     prints one line of JSON
//	tessera --folder DIR --listen 127.0.0.1:2025                    POST /add until it is ended
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

var (
	folder  = flag.String("folder", "", "where the log is kept")
	listen  = flag.String("listen", "", "serve HTTP here instead of loading the log")
	waiters = flag.Int("waiters", 1024, "adds under way at once")
	batch   = flag.Uint("batch", tessera.DefaultBatchMaxSize, "most leaves of a batch")
	age     = flag.Duration("age", tessera.DefaultBatchMaxAge, "longest wait for a batch")
	leaf    = flag.Int("leaf", 512, "bytes of a leaf")
	warmUp  = flag.Duration("warm-up", 2*time.Second, "load that is not measured")
	seconds = flag.Duration("measured", 5*time.Second, "load that is")
)

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "tessera:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	private, _, err := note.GenerateKey(rand.Reader, "bench")
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: *folder})
	if err != nil {
		return err
	}
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(time.Second).
		WithBatching(*batch, *age))
	if err != nil {
		return err
	}
	if *listen != "" {
		return serve(appender)
	}
	if err := load(ctx, appender); err != nil {
		return err
	}
	return shutdown(ctx)
}

func serve(appender *tessera.Appender) error {
	http.HandleFunc("POST /add", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			var index tessera.Index
			if index, err = appender.Add(r.Context(), tessera.NewEntry(body))(); err == nil {
				w.WriteHeader(http.StatusCreated)
				fmt.Fprintf(w, "%d", index.Index)
				return
			}
		}
		status := http.StatusInternalServerError
		if errors.Is(err, tessera.ErrPushback) {
			status = http.StatusServiceUnavailable
		}
		http.Error(w, err.Error(), status)
	})
	return http.ListenAndServe(*listen, nil)
}

func load(ctx context.Context, appender *tessera.Appender) error {
	start := time.Now().Add(*warmUp)
	end := start.Add(*seconds)
	var total, number atomic.Int64
	var failed atomic.Value
	times := make([][]time.Duration, *waiters)
	var all sync.WaitGroup
	for i := range *waiters {
		all.Add(1)
		go func() {
			defer all.Done()
			data := make([]byte, *leaf)
			_, _ = rand.Read(data)
			for failed.Load() == nil {
				begun := time.Now()
				if begun.After(end) {
					return
				}
				// Each leaf another one, and its bytes the log's own from here on.
				next := number.Add(1)
				for b := range 8 {
					data[b] = byte(next >> (8 * b))
				}
				if _, err := appender.Add(ctx, tessera.NewEntry(append([]byte(nil), data...)))(); err != nil {
					if errors.Is(err, tessera.ErrPushback) {
						time.Sleep(time.Millisecond)
						continue
					}
					failed.Store(err)
					return
				}
				done := time.Now()
				total.Add(1)
				if !done.Before(start) && done.Before(end) {
					times[i] = append(times[i], done.Sub(begun))
				}
			}
		}()
	}
	all.Wait()
	if err, ok := failed.Load().(error); ok {
		return err
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	merged := []time.Duration{}
	for _, some := range times {
		merged = append(merged, some...)
	}
	sort.Slice(merged, func(i, j int) bool { return merged[i] < merged[j] })
	at := func(share float64) float64 {
		if len(merged) == 0 {
			return 0
		}
		return float64(merged[int(share*float64(len(merged)-1))].Microseconds())
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"perSecond":       float64(len(merged)) / seconds.Seconds(),
		"total":           total.Load(),
		"p50Micros":       at(0.5),
		"p99Micros":       at(0.99),
		"processorMicros": float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e3,
	})
}
