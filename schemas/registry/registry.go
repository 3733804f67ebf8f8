// Package registry keeps the contract of package schemas in a Confluent
// compatible schema registry: it publishes the schemas, and writes and reads
// messages that carry a schema's id. It is the effectful edge of schemas.
package registry

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/riferrei/srclient"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/wire"
)

// DefaultURL is where the local stack's registry listens.
const DefaultURL = "http://localhost:8081/apis/ccompat/v7"

const (
	requestTimeout = 5 * time.Second
	// maxSchemas bounds the compiled schemas that a Reader keeps, and the ids
	// it knows to be of no use.
	maxSchemas = 256
	// refusedFor is how long an id that was of no use is not asked for again:
	// bad messages come in floods, and the registry serves others too.
	refusedFor = 10 * time.Second
	// maxID is the largest id a registry can hand out: they are Java ints.
	maxID = math.MaxInt32
)

// The registry's own error codes for what it does not have. A bare 404 is not
// among them: it comes of a wrong address, which must not make every message
// undecodable.
const (
	codeNoSubject = 40401
	codeNoSchema  = 40403
)

// ErrUndecodable marks a message that no retry can save: not framed, written
// in a schema that the registry does not know or that is not the contract's,
// or not valid in it. Any other error of a Reader is the registry's and may
// pass.
var ErrUndecodable = errors.New("undecodable message")

// A Client talks to one registry. It is safe for concurrent use.
type Client struct {
	url string
	api *srclient.SchemaRegistryClient
}

// New makes a client; it does not connect yet. Every request is bounded by a
// timeout of five seconds.
func New(url string) *Client { return newClient(url, http.DefaultTransport) }

func newClient(url string, transport http.RoundTripper) *Client {
	bounded := &http.Client{Timeout: requestTimeout, Transport: transport}
	api := srclient.NewSchemaRegistryClient(url, srclient.WithClient(bounded))
	// Readers keep their own, bounded cache; srclient's grows for ever.
	api.CachingEnabled(false)
	api.CodecCreationEnabled(false)
	return &Client{url: url, api: api}
}

// URL is the address the client was made with.
func (c *Client) URL() string { return c.url }

// Ping answers nil when the registry serves requests.
func (c *Client) Ping() error {
	if _, err := c.api.GetSubjects(); err != nil {
		return fmt.Errorf("list subjects: %w", err)
	}
	return nil
}

// Publish sets BACKWARD compatibility and registers every version of a
// contract, oldest first, so that the registry itself checks each step. It is
// idempotent. It fails when the registry refuses a version as incompatible.
func Publish[T any](c *Client, contract schemas.Contract[T]) error {
	subject := contract.Subject()
	if _, err := c.api.ChangeSubjectCompatibilityLevel(subject, srclient.Backward); err != nil {
		return fmt.Errorf("set BACKWARD compatibility of %s: %w", subject, err)
	}
	for i, schema := range contract.Versions {
		if _, err := c.api.CreateSchema(subject, schema, srclient.Avro); err != nil {
			return fmt.Errorf("register version %d of %s: %w", i+1, subject, err)
		}
	}
	return nil
}

// PublishOne registers one schema under a subject and returns its id. It is
// idempotent, and fails when the registry refuses the schema.
func PublishOne(c *Client, subject, schema string) (id int, err error) {
	registered, err := c.api.CreateSchema(subject, schema, srclient.Avro)
	if err != nil {
		return 0, fmt.Errorf("register a version of %s: %w", subject, err)
	}
	return registered.ID(), nil
}

// A Writer frames and encodes values in a schema of a contract. It is safe for
// concurrent use.
type Writer[T any] struct {
	id    uint32
	codec schemas.Codec[T]
}

// NewWriter writes in the newest schema of a contract. It fails when that is
// not registered: publishing is a decision of its own (Publish).
func NewWriter[T any](c *Client, contract schemas.Contract[T]) (Writer[T], error) {
	return newWriter(c, contract, contract.Schema(), fmt.Sprintf("version %d of %s", len(contract.Versions), contract.Subject()))
}

// NewWriterIn writes in any schema that a contract's values fit, as one that
// is to be its next version. It fails when that is not registered.
func NewWriterIn[T any](c *Client, contract schemas.Contract[T], schema string) (Writer[T], error) {
	return newWriter(c, contract, schema, "this schema of "+contract.Subject())
}

func newWriter[T any](c *Client, contract schemas.Contract[T], schema, name string) (Writer[T], error) {
	codec, err := contract.Codec(schema)
	if err != nil {
		return Writer[T]{}, err
	}
	known, err := c.api.LookupSchema(contract.Subject(), schema, srclient.Avro)
	if refused := code(err); refused == codeNoSubject || refused == codeNoSchema {
		return Writer[T]{}, fmt.Errorf("%s is not registered at %s; run 'make schemas'", name, c.url)
	}
	if err != nil {
		return Writer[T]{}, fmt.Errorf("look up %s: %w", name, err)
	}
	return Writer[T]{id: uint32(known.ID()), codec: codec}, nil
}

// Append appends one framed message to dst. On an error it returns dst as it
// was.
func (w Writer[T]) Append(dst []byte, v T) ([]byte, error) {
	message, err := w.codec.Append(wire.AppendHeader(dst, w.id), v)
	if err != nil {
		return dst, err
	}
	return message, nil
}

// A Reader decodes framed messages of any version. It is safe for concurrent
// use.
type Reader[T any] struct {
	client   *Client
	contract schemas.Contract[T]
	codecs   *lru.Cache[uint32, schemas.Codec[T]]
	refused  *lru.Cache[uint32, refused]
}

// refused is why a schema id could not be used, and when that was found.
type refused struct {
	err error // wraps ErrUndecodable
	at  time.Time
}

// NewReader makes a reader; it asks the registry only for ids it has not met.
func NewReader[T any](c *Client, contract schemas.Contract[T]) (*Reader[T], error) {
	codecs, err := lru.New[uint32, schemas.Codec[T]](maxSchemas)
	if err != nil {
		return nil, err
	}
	refusals, err := lru.New[uint32, refused](maxSchemas)
	if err != nil {
		return nil, err
	}
	return &Reader[T]{client: c, contract: contract, codecs: codecs, refused: refusals}, nil
}

// Know saves asking the registry for the schema that a writer writes in.
func (r *Reader[T]) Know(w Writer[T]) { r.codecs.Add(w.id, w.codec) }

// Read decodes one message. The error wraps ErrUndecodable when no retry can
// help; otherwise the registry could not be asked.
func (r *Reader[T]) Read(message []byte) (v T, err error) {
	id, payload, err := wire.Split(message)
	if err != nil {
		return v, fmt.Errorf("%w: %w", ErrUndecodable, err)
	}
	codec, err := r.codec(id)
	if err != nil {
		return v, err
	}
	v, err = codec.Decode(payload)
	if err != nil {
		return v, fmt.Errorf("%w: %w", ErrUndecodable, err)
	}
	return v, nil
}

// codec is the compiled schema with that id, from the cache if possible.
func (r *Reader[T]) codec(id uint32) (schemas.Codec[T], error) {
	if codec, ok := r.codecs.Get(id); ok {
		return codec, nil
	}
	if known, ok := r.refused.Get(id); ok && time.Since(known.at) < refusedFor {
		return schemas.Codec[T]{}, known.err
	}
	codec, err := r.fetch(id)
	switch {
	case err == nil:
		r.codecs.Add(id, codec)
	case errors.Is(err, ErrUndecodable):
		r.refused.Add(id, refused{err: err, at: time.Now()})
	}
	return codec, err
}

// fetch asks the registry for the schema with that id and compiles it.
func (r *Reader[T]) fetch(id uint32) (schemas.Codec[T], error) {
	if id > maxID {
		return schemas.Codec[T]{}, fmt.Errorf("%w: no registry hands out schema id %d", ErrUndecodable, id)
	}
	schema, err := r.client.api.GetSchema(int(id))
	if code(err) == codeNoSchema {
		return schemas.Codec[T]{}, fmt.Errorf("%w: the registry does not know schema id %d", ErrUndecodable, id)
	}
	if err != nil {
		return schemas.Codec[T]{}, fmt.Errorf("fetch schema id %d from %s: %w", id, r.client.url, err)
	}
	codec, err := r.contract.Codec(schema.Schema())
	if err != nil {
		return codec, fmt.Errorf("%w: schema id %d: %w", ErrUndecodable, id, err)
	}
	return codec, nil
}

// code is the Confluent error code of the registry's answer, or 0 when err is
// not an answer of the registry.
func code(err error) int {
	answer, _ := errors.AsType[srclient.Error](err)
	return answer.Code
}
