// Package hub brings messages to any number of readers: each message is
// encoded once, and the newest are kept for all of them together. A reader
// that falls further behind than that is told so; none delays another.
package hub

import (
	"context"
	"errors"
	"sync"
)

// ErrBehind says that messages are gone that were not read.
var ErrBehind = errors.New("the reader is too far behind")

// A Message is for every reader. It must not be changed any more.
type Message struct {
	// Seq is that of the record that it tells of, ascending; 0 is of none.
	Seq  int64
	Data []byte
}

// A Cursor is a place between two messages.
type Cursor int64

// A Hub holds the newest messages. It is safe for concurrent use.
type Hub struct {
	most int // bytes

	mu       sync.Mutex
	messages []Message
	size     int           // bytes of messages
	next     Cursor        // behind the last of messages
	more     chan struct{} // closed when there is another message, and then made anew
}

// New makes a hub that keeps so many bytes of messages, and at least the last
// message.
func New(most int) *Hub { return &Hub{most: most, more: make(chan struct{})} }

// Publish adds messages. It does not wait for readers.
func (h *Hub) Publish(messages ...Message) {
	if len(messages) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range messages {
		h.size += len(m.Data)
	}
	h.messages = append(h.messages, messages...)
	h.next += Cursor(len(messages))
	gone := 0
	for h.size > h.most && gone < len(h.messages)-1 {
		h.size -= len(h.messages[gone].Data)
		gone++
	}
	clear(h.messages[:gone])
	h.messages = h.messages[gone:]
	close(h.more)
	h.more = make(chan struct{})
}

// Now is the cursor behind the newest message.
func (h *Hub) Now() Cursor {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.next
}

// Next waits for messages behind the cursor, and returns them with the cursor
// behind them. The error is ErrBehind, or that of ctx.
func (h *Hub) Next(ctx context.Context, at Cursor) ([]Message, Cursor, error) {
	for {
		h.mu.Lock()
		waiting, next, more := int(h.next-at), h.next, h.more
		if waiting > len(h.messages) {
			h.mu.Unlock()
			return nil, at, ErrBehind
		}
		if waiting > 0 {
			// Readers share the array: what is in it stays as it is, but for the clear of
			// those before, and of these a reader has a copy.
			messages := append([]Message(nil), h.messages[len(h.messages)-waiting:]...)
			h.mu.Unlock()
			return messages, next, nil
		}
		h.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return nil, at, ctx.Err()
		}
	}
}
