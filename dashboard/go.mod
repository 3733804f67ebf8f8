module github.com/peacestate/peacestate/dashboard

go 1.26

require (
	github.com/google/go-cmp v0.7.0
	github.com/mattn/go-sqlite3 v1.14.53
	github.com/peacestate/peacestate/schemas v0.0.0
	github.com/peacestate/peacestate/service v0.0.0
)

require (
	github.com/golang/snappy v1.0.0 // indirect
	github.com/linkedin/goavro/v2 v2.15.0 // indirect
)

replace (
	github.com/peacestate/peacestate/peaceland => ../peaceland
	github.com/peacestate/peacestate/schemas => ../schemas
	github.com/peacestate/peacestate/service => ../service
)
