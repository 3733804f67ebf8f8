module github.com/peacestate/peacestate/peaceland

go 1.26
