// Package web holds the page of the dashboard, as Vite built it: `make web`.
// It serves nothing; package api does.
package web

import (
	"embed"
	"io/fs"
)

// The folder has a placeholder, so that the dashboard builds without a page.
//
//go:embed all:dist
var dist embed.FS

// Page is the built page: index.html and what it needs. Without a build there
// is no index.html.
func Page() fs.FS {
	page, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: the folder that is embedded is not there: " + err.Error())
	}
	return page
}
