package app

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/setup/internal/connect"
)

// Validate checks the options, before anything is connected to.
func (t Topics) Validate() error {
	return errors.Join(
		require(strings.TrimSpace(t.Kafka) != "", "--kafka must name a server, as in localhost:9092"),
		require(t.Replication >= 1 || t.Replication == -1, "--replication must be at least 1, or -1 for the brokers' default, not %d", t.Replication),
		notNegative(t.Wait),
	)
}

// Validate checks the options, before anything is connected to.
func (s Schemas) Validate() error {
	return errors.Join(aURL("--registry", s.Registry, registry.DefaultURL), notNegative(s.Wait))
}

// Validate checks the options and the files, before anything is connected to.
func (c Connectors) Validate() error {
	_, err := c.read()
	return errors.Join(err, aURL("--connect", c.Connect, connect.DefaultURL), notNegative(c.Wait))
}

// read parses every file. The error names each that is not a connector.
func (c Connectors) read() ([]connect.Connector, error) {
	var connectors []connect.Connector
	var problems []error
	for _, path := range c.Files {
		content, err := os.ReadFile(path)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		connector, err := connect.Parse(content)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s is not a connector file: %w", path, err))
		}
		connectors = append(connectors, connector)
	}
	return connectors, errors.Join(problems...)
}

func require(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}

func notNegative(wait time.Duration) error {
	return require(wait >= 0, "--wait must not be negative, but is %s", wait)
}

func aURL(flag, value, example string) error {
	address, err := url.Parse(value)
	return require(err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != "",
		"%s must be a URL, as in %s, not %q", flag, example, value)
}
