module github.com/peacestate/peacestate/peaceland

go 1.26

require github.com/peacestate/peacestate/service v0.0.0

replace github.com/peacestate/peacestate/service => ../service
