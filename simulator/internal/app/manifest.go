package app

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"sync"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/simulator/internal/fault"
	"github.com/peacestate/peacestate/simulator/internal/publish"
)

// A manifest counts the faults of a flight as they are sent, and writes them
// to a file, if there is one: JSON Lines, each line a fault.Entry. Messages may
// be made by one goroutine and damaged by others.
type manifest struct {
	path string
	file *os.File // nil if faults are only counted

	mu     sync.Mutex
	lines  *bufio.Writer
	counts fault.Counts
	failed error // the first error of writing
}

// createManifest creates the file, or replaces it; no path is no file. The
// manifest must be closed.
func createManifest(path string) (*manifest, error) {
	m := &manifest{path: path, counts: fault.Counts{}}
	if path == "" {
		return m, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("--manifest must name a file that can be written: %w", err)
	}
	m.file, m.lines = file, bufio.NewWriter(file)
	return m, nil
}

// message is a transmission as it is published. Its faults are written down at
// once; those of a corrupt one when it is damaged, because only then the bytes
// are known.
func (m *manifest) message(t fault.Transmission, r schemas.Report) publish.Message {
	message := publish.Message{Report: r, OldSchema: t.OldSchema}
	if t.Fault != fault.Corrupt {
		m.write(t.Entries())
		return message
	}
	message.Damage = func(framed []byte) []byte {
		damaged := t.Damaged(framed)
		sum := sha256.Sum256(damaged)
		entries := t.Entries()
		entries[0].SHA256 = hex.EncodeToString(sum[:]) // being corrupt is listed first
		m.write(entries)
		return damaged
	}
	return message
}

func (m *manifest) write(entries []fault.Entry) {
	if len(entries) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, entry := range entries {
		m.counts[entry.Fault]++
		if m.file == nil || m.failed != nil {
			continue
		}
		line, err := json.Marshal(entry)
		if err == nil {
			_, err = m.lines.Write(append(line, '\n'))
		}
		m.failed = err
	}
}

// sent is how many faults there were so far.
func (m *manifest) sent() fault.Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.counts)
}

// close writes out what is buffered. The error says why the file is not whole.
func (m *manifest) close() error {
	if m.file == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failed == nil {
		m.failed = m.lines.Flush()
	}
	if err := errors.Join(m.failed, m.file.Close()); err != nil {
		return fmt.Errorf("the manifest %s is not whole: %w", m.path, err)
	}
	return nil
}
