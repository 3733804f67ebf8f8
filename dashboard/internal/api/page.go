package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// unbuilt is what there is without a built page.
const unbuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>PeaceState</title>
<h1>The page is not built</h1>
<p>Run <code>make web</code> and start the dashboard again. The <a href="/api">API</a> is here.</p>
`

// A file is one of the page.
type file struct {
	contentType, etag string
	content           []byte
}

// pageHandler serves the built page: its files by their names, and index.html
// at every other address, as the page has addresses of its own.
func pageHandler(built fs.FS) (http.HandlerFunc, error) {
	files := map[string]file{}
	err := fs.WalkDir(built, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(built, name)
		files[name] = newFile(mime.TypeByExtension(path.Ext(name)), content)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if _, found := files["index.html"]; !found {
		files = map[string]file{"index.html": newFile("text/html; charset=utf-8", []byte(unbuilt))}
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "the page can only be read", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/")
		found, known := files[name]
		switch {
		case known && strings.HasPrefix(name, "assets/"):
			// Their names hold a sum of their content.
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		case known:
			w.Header().Set("Cache-Control", "no-cache")
		case path.Ext(name) != "":
			http.NotFound(w, r)
			return
		default:
			found = files["index.html"]
			w.Header().Set("Cache-Control", "no-cache")
		}
		w.Header().Set("ETag", found.etag)
		if has(r.Header.Values("If-None-Match"), found.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		send(w, http.StatusOK, found.contentType, found.content)
	}, nil
}

func newFile(contentType string, content []byte) file {
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	sum := sha256.Sum256(content)
	return file{contentType: contentType, etag: `W/"` + hex.EncodeToString(sum[:12]) + `"`, content: content}
}
