package stream

import "github.com/peacestate/peacestate/alerter/internal/deliver"

// An Observer is told what becomes of riots, as it happens. Alerts wait for
// it, so it is quick; it is called by two goroutines at the same time, and not
// any more when Run has returned.
type Observer interface {
	// Received says that a riot was taken up, as source.ReceivedAt.
	Received(source deliver.Source)
	// Repeated says that it is known: nothing is made of it.
	Repeated()
	// Undecodable says that it goes to the dead letters.
	Undecodable()
	// Delivered says that the broker has stored an alert or a dead letter.
	Delivered(receipt deliver.Receipt)
	// Unwritten says at the end of how many alerts there is no line.
	Unwritten(alerts int64)
}
