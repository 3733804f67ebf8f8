// Package puretest checks that a package of the core is pure: values in,
// values out. Tests of such packages call it; depguard in .golangci.yml names
// the worst imports once more, for editors.
package puretest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What a package could still do with the clock and the terminal although it
// imports nothing but time and fmt.
var impure = map[string][]string{
	"time": {"After", "AfterFunc", "Local", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"},
	"fmt":  {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
}

// Check fails t when a Go file of the folder, its tests aside, imports
// anything but the given packages, starts a goroutine, reads the clock or
// waits for it, or prints. It fails when there is no file to look at.
func Check(t *testing.T, folder string, imports ...string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		checked++
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for node := range ast.Preorder(file) {
			switch n := node.(type) {
			case *ast.ImportSpec:
				if name, err := strconv.Unquote(n.Path.Value); err != nil || !slices.Contains(imports, name) {
					t.Errorf("%s: imports %s", positions.Position(n.Pos()), n.Path.Value)
				}
			case *ast.GoStmt:
				t.Errorf("%s: starts a goroutine", positions.Position(n.Pos()))
			case *ast.SelectorExpr:
				if of, ok := n.X.(*ast.Ident); ok && slices.Contains(impure[of.Name], n.Sel.Name) {
					t.Errorf("%s: uses %s.%s", positions.Position(n.Pos()), of.Name, n.Sel.Name)
				}
			}
		}
	}
	if checked == 0 {
		t.Errorf("no Go files in %s", folder)
	}
}
