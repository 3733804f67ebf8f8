package stream

import "github.com/peacestate/peacestate/alerter/internal/deliver"

// An Observer is told what becomes of riots, as it happens. Alerts wait for
// it, so it is quick; it is called by two goroutines at the same time.
type Observer interface {
	// Received says that a riot was taken up, as source.ReceivedAt.
	Received(source deliver.Source)
	// Repeated says that it is known: nothing is made of it.
	Repeated()
	// Undecodable says that it goes to the dead letters.
	Undecodable()
	// Delivered says that the broker has stored an alert or a dead letter.
	Delivered(receipt deliver.Receipt)
}

// Observers are told one after the other.
type observers []Observer

func (all observers) Received(source deliver.Source) {
	for _, o := range all {
		o.Received(source)
	}
}

func (all observers) Repeated() {
	for _, o := range all {
		o.Repeated()
	}
}

func (all observers) Undecodable() {
	for _, o := range all {
		o.Undecodable()
	}
}

func (all observers) Delivered(receipt deliver.Receipt) {
	for _, o := range all {
		o.Delivered(receipt)
	}
}
