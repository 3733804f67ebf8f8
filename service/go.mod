module github.com/peacestate/peacestate/service

go 1.26

require (
	github.com/alecthomas/kong v1.17.0
	github.com/cenkalti/backoff/v5 v5.0.3
	github.com/confluentinc/confluent-kafka-go/v2 v2.12.0
	github.com/lmittmann/tint v1.2.1
	golang.org/x/term v0.44.0
)

require (
	github.com/google/go-cmp v0.7.0 // indirect
	golang.org/x/sys v0.46.0 // indirect
)
