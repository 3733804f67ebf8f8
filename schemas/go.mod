module github.com/peacestate/peacestate/schemas

go 1.26

require (
	github.com/google/go-cmp v0.7.0
	github.com/hashicorp/golang-lru/v2 v2.0.7
	github.com/linkedin/goavro/v2 v2.15.0
	github.com/peacestate/peacestate/service v0.0.0
	github.com/riferrei/srclient v0.7.3
)

require (
	github.com/golang/snappy v1.0.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v5 v5.3.0 // indirect
	github.com/stretchr/testify v1.11.1 // indirect
	golang.org/x/sync v0.16.0 // indirect
)

replace github.com/peacestate/peacestate/service => ../service
