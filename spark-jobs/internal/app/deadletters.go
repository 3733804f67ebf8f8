package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/registry"
	"github.com/peacestate/peacestate/service"
	"github.com/peacestate/peacestate/service/broker"
	"github.com/peacestate/peacestate/spark-jobs/internal/deadletter"
	"github.com/peacestate/peacestate/spark-jobs/internal/evidence"
	"github.com/peacestate/peacestate/spark-jobs/internal/render"
)

type deadLetters struct {
	List lettersList `cmd:"" help:"List the dead letters, with the reasons."`
	Send lettersSend `cmd:"" help:"Send those back to their topics that can be read now, as when the registry was away; or repaired ones."`
}

// letters are the options of both.
type letters struct {
	Topics []string `arg:"" optional:"" name:"topic" help:"Whose dead letters: reports, riots, alerts, maintenance (default: all)."`
	Kafka  string   `env:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" placeholder:"ADDR" help:"Brokers (${default})."`
}

func (l letters) named() ([]string, error) {
	all := []string{schemas.Reports().Topic, schemas.Riots().Topic, schemas.Alerts().Topic, schemas.Maintenance().Topic}
	for _, name := range l.Topics {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("%q is no archived topic: name reports, riots, alerts or maintenance", name)
		}
	}
	if len(l.Topics) > 0 {
		return l.Topics, nil
	}
	return all, nil
}

// read hands the letters of every named topic to each, the oldest first.
func (l letters) read(ctx context.Context, streams service.Streams, each func(deadletter.Letter, []kafka.Header) error) error {
	named, err := l.named()
	if err != nil {
		return err
	}
	if err := service.Wait(ctx, streams.Log, connectLimit, broker.Ready(l.Kafka)); err != nil {
		return err
	}
	log, err := evidence.OpenLog(l.Kafka)
	if err != nil {
		return err
	}
	defer log.Close()
	for _, topic := range named {
		err := log.Read(ctx, lettersOf(topic), func(m *kafka.Message) error {
			headers := map[string]string{}
			for _, h := range m.Headers {
				headers[h.Key] = string(h.Value)
			}
			letter := deadletter.Letter{
				Letters: *m.TopicPartition.Topic, Number: int64(m.TopicPartition.Offset), SetAt: m.Timestamp.UnixMilli(),
				Key: string(m.Key), Value: m.Value,
			}
			return each(deadletter.Describe(letter, headers), m.Headers)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lettersOf is the topic of a topic's dead letters.
func lettersOf(topic string) string {
	for _, contract := range []struct{ topic, letters string }{
		{schemas.Reports().Topic, schemas.Reports().DeadLetters()},
		{schemas.Riots().Topic, schemas.Riots().DeadLetters()},
		{schemas.Alerts().Topic, schemas.Alerts().DeadLetters()},
		{schemas.Maintenance().Topic, schemas.Maintenance().DeadLetters()},
	} {
		if contract.topic == topic {
			return contract.letters
		}
	}
	panic("app: " + topic + " is no archived topic")
}

type lettersList struct {
	letters
	Limit int  `default:"20" placeholder:"N" help:"How many to show of all; 0 is none, only the reasons (${default})."`
	JSON  bool `name:"json" help:"One JSON object a line and letter, all of them, each with its bytes."`
}

// Validate checks the options, before anything is connected to.
func (l lettersList) Validate() error {
	_, err := l.named()
	if l.Limit < 0 {
		err = errors.Join(err, fmt.Errorf("--limit is %d, and cannot be negative", l.Limit))
	}
	return err
}

// Run lists.
func (l lettersList) Run(ctx context.Context, streams service.Streams) error {
	var reasons deadletter.Tally
	var newest []deadletter.Letter
	err := l.read(ctx, streams, func(letter deadletter.Letter, _ []kafka.Header) error {
		if l.JSON {
			text, err := render.LetterJSON(letter)
			if err == nil {
				_, err = streams.Out.Write(text)
			}
			return err
		}
		reasons.Add(letter)
		if newest = append(newest, letter); len(newest) > l.Limit {
			newest = newest[1:]
		}
		return nil
	})
	if err != nil || l.JSON {
		return err
	}
	_, err = fmt.Fprint(streams.Out, render.Letters(reasons.Reasons(), newest))
	return err
}

type lettersSend struct {
	letters
	From     string        `placeholder:"FILE" help:"Send the letters in FILE, a JSON object a line as list --json prints it, with a repaired value."`
	DryRun   bool          `name:"dry-run" help:"Say what would be sent, and send nothing."`
	Registry string        `env:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081/apis/ccompat/v7" placeholder:"URL" help:"Confluent API of the schema registry (${default})."`
	Wait     time.Duration `default:"1m" help:"How long Kafka may take to store what is sent."`
}

// Validate checks the options, before anything is connected to.
func (s lettersSend) Validate() error {
	_, err := s.named()
	if s.Wait <= 0 {
		err = errors.Join(err, fmt.Errorf("--wait must be more than zero, not %s", s.Wait))
	}
	return err
}

// sentBy is the consumer group that remembers up to where letters were dealt
// with.
const sentBy = "peacestate-dead-letters"

// Run sends back what can be read. A crash may send some twice: they have the
// same ids, and every question counts an id once.
func (s lettersSend) Run(ctx context.Context, streams service.Streams) error {
	can, err := newReadable(s.Registry)
	if err != nil {
		return err
	}
	if s.From != "" {
		return s.sendRepaired(ctx, streams, can)
	}
	post, err := openPost(s.Kafka, s.DryRun)
	if err != nil {
		return err
	}
	defer post.close()
	before, left, twice := 0, 0, 0
	seen := map[string]bool{}
	err = s.read(ctx, streams, func(letter deadletter.Letter, headers []kafka.Header) error {
		dealtWith, err := post.dealtWith(letter.Letters)
		if err != nil {
			return err
		}
		if letter.Number < dealtWith {
			before++
			return nil
		}
		if seen[letter.Origin()] { // a task that started again sets it aside again; alerter and sink each do
			twice++
			return nil
		}
		seen[letter.Origin()] = true
		readable, err := can.read(letter)
		if err != nil {
			return err
		}
		if !readable {
			left++
			streams.Log.Warn("left, as it cannot be read", "letter", fmt.Sprintf("%s/%d", letter.Letters, letter.Number), "record", letter.Origin(), "reason", letter.Reason)
			return nil
		}
		return post.send(ctx, letter, headers)
	})
	if err != nil {
		return err
	}
	if err := post.done(ctx, s.Wait); err != nil {
		return err
	}
	verb := "sent back"
	if s.DryRun {
		verb = "would be sent back"
	}
	_, err = fmt.Fprintf(streams.Out, "dead letters: %d %s, %d left as they cannot be read, %d of the same record, %d dealt with before\n",
		post.sent, verb, left, twice, before)
	return err
}

// sendRepaired sends all letters of a file, or none when one cannot be read.
func (s lettersSend) sendRepaired(ctx context.Context, streams service.Streams, can readable) error {
	file, err := os.Open(s.From)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	var repaired []deadletter.Letter
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for number := 1; lines.Scan(); number++ {
		var letter deadletter.Letter
		if err := json.Unmarshal(lines.Bytes(), &letter); err != nil {
			return fmt.Errorf("%s line %d is no letter: %w", s.From, number, err)
		}
		ok, err := can.read(letter)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%s line %d cannot be read as a record of topic %q; nothing was sent", s.From, number, letter.Topic)
		}
		repaired = append(repaired, letter)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read %s: %w", s.From, err)
	}
	if err := service.Wait(ctx, streams.Log, connectLimit, broker.Ready(s.Kafka)); err != nil {
		return err
	}
	post, err := openPost(s.Kafka, s.DryRun)
	if err != nil {
		return err
	}
	defer post.close()
	for _, letter := range repaired {
		if err := post.send(ctx, letter, nil); err != nil {
			return err
		}
	}
	if err := post.stored(ctx, s.Wait); err != nil {
		return err
	}
	_, err = fmt.Fprintf(streams.Out, "dead letters: %d repaired ones sent\n", post.sent)
	return err
}

// readable says whether letters are records under the contract.
type readable map[string]func([]byte) error

func newReadable(url string) (readable, error) {
	client := registry.New(url)
	reports, err := registry.NewReader(client, schemas.Reports())
	if err != nil {
		return nil, err
	}
	riots, err := registry.NewReader(client, schemas.Riots())
	if err != nil {
		return nil, err
	}
	alerts, err := registry.NewReader(client, schemas.Alerts())
	if err != nil {
		return nil, err
	}
	maintenance, err := registry.NewReader(client, schemas.Maintenance())
	if err != nil {
		return nil, err
	}
	return readable{
		schemas.Reports().Topic:     func(b []byte) error { _, err := reports.Read(b); return err },
		schemas.Riots().Topic:       func(b []byte) error { _, err := riots.Read(b); return err },
		schemas.Alerts().Topic:      func(b []byte) error { _, err := alerts.Read(b); return err },
		schemas.Maintenance().Topic: func(b []byte) error { _, err := maintenance.Read(b); return err },
	}, nil
}

// read fails when the registry cannot be asked: then it is not known.
func (r readable) read(letter deadletter.Letter) (bool, error) {
	read, known := r[letter.Topic]
	if !known {
		return false, nil
	}
	err := read(letter.Value)
	if errors.Is(err, registry.ErrUndecodable) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the schema registry is in trouble, so nobody knows what can be read; try again later: %w", err)
	}
	return true, nil
}
