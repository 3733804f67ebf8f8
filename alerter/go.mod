module github.com/peacestate/peacestate/alerter

go 1.26

require (
	github.com/HdrHistogram/hdrhistogram-go v1.2.0
	github.com/cenkalti/backoff/v5 v5.0.3
	github.com/confluentinc/confluent-kafka-go/v2 v2.12.0
	github.com/google/go-cmp v0.7.0
	github.com/hashicorp/golang-lru/v2 v2.0.7
	github.com/peacestate/peacestate/peaceland v0.0.0
	github.com/peacestate/peacestate/schemas v0.0.0
	github.com/peacestate/peacestate/service v0.0.0
)

require (
	github.com/alecthomas/kong v1.17.0 // indirect
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/golang/snappy v1.0.0 // indirect
	github.com/klauspost/compress v1.18.0 // indirect
	github.com/linkedin/goavro/v2 v2.15.0 // indirect
	github.com/lmittmann/tint v1.2.1 // indirect
	github.com/riferrei/srclient v0.7.3 // indirect
	github.com/santhosh-tekuri/jsonschema/v5 v5.3.0 // indirect
	golang.org/x/net v0.43.0 // indirect
	golang.org/x/oauth2 v0.30.0 // indirect
	golang.org/x/sync v0.16.0 // indirect
	golang.org/x/sys v0.46.0 // indirect
	golang.org/x/term v0.44.0 // indirect
	golang.org/x/text v0.28.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20250106144421-5f5ef82da422 // indirect
)

replace (
	github.com/peacestate/peacestate/peaceland => ../peaceland
	github.com/peacestate/peacestate/schemas => ../schemas
	github.com/peacestate/peacestate/service => ../service
)
