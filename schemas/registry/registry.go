// Package registry keeps the contract of package schemas in a Confluent
// compatible schema registry: it publishes the schemas, and writes and reads
// messages that carry a schema's id. It is the effectful edge of schemas.
package registry

import (
	"errors"
	"fmt"
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
	// maxSchemas bounds the compiled schemas, and the ids known to be
	// unknown, that a Reader keeps.
	maxSchemas = 256
	// unknownFor is how long an id that the registry did not know is not
	// asked for again.
	unknownFor = 10 * time.Second
)

// ErrUndecodable marks a message that no retry can save: not framed, written
// in a schema that the registry does not know, or not valid in its schema.
// Any other error of a Reader is the registry's and may pass.
var ErrUndecodable = errors.New("undecodable message")

// A Client talks to one registry. It is safe for concurrent use.
type Client struct {
	url string
	api *srclient.SchemaRegistryClient
}

// New makes a client; it does not connect yet. Every request is bounded by a
// timeout of five seconds.
func New(url string) *Client {
	api := srclient.NewSchemaRegistryClient(url, srclient.WithClient(&http.Client{Timeout: requestTimeout}))
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

// Publish registers every version of a contract, oldest first, under BACKWARD
// compatibility, which it sets before the first version. It is idempotent.
// It fails when the registry refuses a version as incompatible.
func Publish[T any](c *Client, contract schemas.Contract[T]) error {
	subject := contract.Subject()
	for i, schema := range contract.Versions {
		if _, err := c.api.CreateSchema(subject, schema, srclient.Avro); err != nil {
			return fmt.Errorf("register version %d of %s: %w", i+1, subject, err)
		}
		if i > 0 {
			continue
		}
		if _, err := c.api.ChangeSubjectCompatibilityLevel(subject, srclient.Backward); err != nil {
			return fmt.Errorf("set BACKWARD compatibility of %s: %w", subject, err)
		}
	}
	return nil
}

// A Writer frames and encodes values in the newest schema of a contract. It
// is safe for concurrent use.
type Writer[T any] struct {
	id    uint32
	codec schemas.Codec[T]
}

// NewWriter looks up the id of the newest schema. It fails when the schema is
// not registered: publishing is a decision of its own (Publish).
func NewWriter[T any](c *Client, contract schemas.Contract[T]) (Writer[T], error) {
	codec, err := contract.Codec(contract.Schema())
	if err != nil {
		return Writer[T]{}, err
	}
	known, err := c.api.LookupSchema(contract.Subject(), contract.Schema(), srclient.Avro)
	if err != nil {
		return Writer[T]{}, fmt.Errorf("look up the newest schema of %s: %w", contract.Subject(), err)
	}
	return Writer[T]{id: uint32(known.ID()), codec: codec}, nil
}

// Append appends one framed message to dst.
func (w Writer[T]) Append(dst []byte, v T) ([]byte, error) {
	return w.codec.Append(wire.AppendHeader(dst, w.id), v)
}

// A Reader decodes framed messages of any version. It is safe for concurrent
// use.
type Reader[T any] struct {
	client   *Client
	contract schemas.Contract[T]
	codecs   *lru.Cache[uint32, schemas.Codec[T]]
	unknown  *lru.Cache[uint32, time.Time]
}

// NewReader makes a reader; it asks the registry only for ids it has not met.
func NewReader[T any](c *Client, contract schemas.Contract[T]) (*Reader[T], error) {
	codecs, err := lru.New[uint32, schemas.Codec[T]](maxSchemas)
	if err != nil {
		return nil, err
	}
	unknown, err := lru.New[uint32, time.Time](maxSchemas)
	if err != nil {
		return nil, err
	}
	return &Reader[T]{client: c, contract: contract, codecs: codecs, unknown: unknown}, nil
}

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

func (r *Reader[T]) codec(id uint32) (schemas.Codec[T], error) {
	if codec, ok := r.codecs.Get(id); ok {
		return codec, nil
	}
	if asked, ok := r.unknown.Get(id); ok && time.Since(asked) < unknownFor {
		return schemas.Codec[T]{}, fmt.Errorf("%w: the registry does not know schema id %d", ErrUndecodable, id)
	}
	schema, err := r.client.api.GetSchema(int(id))
	if notFound(err) {
		r.unknown.Add(id, time.Now())
		return schemas.Codec[T]{}, fmt.Errorf("%w: the registry does not know schema id %d", ErrUndecodable, id)
	}
	if err != nil {
		return schemas.Codec[T]{}, fmt.Errorf("fetch schema id %d from %s: %w", id, r.client.url, err)
	}
	codec, err := r.contract.Codec(schema.Schema())
	if err != nil {
		return codec, fmt.Errorf("%w: schema id %d: %w", ErrUndecodable, id, err)
	}
	r.codecs.Add(id, codec)
	return codec, nil
}

// notFound tells the registry's "no such schema" (HTTP 404, by its Confluent
// error code) from every other failure.
func notFound(err error) bool {
	var refusal srclient.Error
	return errors.As(err, &refusal) && (refusal.Code == 404 || refusal.Code == 40403)
}
