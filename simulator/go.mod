module github.com/peacestate/peacestate/simulator

go 1.26

require (
	github.com/alecthomas/kong v1.17.0
	github.com/confluentinc/confluent-kafka-go/v2 v2.12.0
	github.com/dustin/go-humanize v1.1.0
	github.com/google/go-cmp v0.7.0
	github.com/linkedin/goavro/v2 v2.15.0
	github.com/peacestate/peacestate/peaceland v0.0.0
	github.com/peacestate/peacestate/schemas v0.0.0
	github.com/peacestate/peacestate/service v0.0.0
	github.com/prometheus/client_golang v1.23.2
	golang.org/x/term v0.44.0
)

require (
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cenkalti/backoff/v5 v5.0.3 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/golang/snappy v1.0.0 // indirect
	github.com/hashicorp/golang-lru/v2 v2.0.7 // indirect
	github.com/lmittmann/tint v1.2.1 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/prometheus/client_model v0.6.2 // indirect
	github.com/prometheus/common v0.66.1 // indirect
	github.com/prometheus/procfs v0.16.1 // indirect
	github.com/riferrei/srclient v0.7.3 // indirect
	github.com/santhosh-tekuri/jsonschema/v5 v5.3.0 // indirect
	go.yaml.in/yaml/v2 v2.4.2 // indirect
	golang.org/x/sync v0.16.0 // indirect
	golang.org/x/sys v0.46.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20250106144421-5f5ef82da422 // indirect
	google.golang.org/protobuf v1.36.8 // indirect
)

replace (
	github.com/peacestate/peacestate/peaceland => ../peaceland
	github.com/peacestate/peacestate/schemas => ../schemas
	github.com/peacestate/peacestate/service => ../service
)
