package schemas_test

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

// What this package and wire may import. Nothing here reaches a network, a
// file, the environment or a random source, and nothing logs: they are values
// in, values out, and every program can trust them to be. Edges belong in
// package registry.
var allowed = map[string][]string{
	".":    {"cmp", "embed", "encoding/json", "fmt", "math", "time", "github.com/linkedin/goavro/v2"},
	"wire": {"encoding/binary", "errors", "fmt"},
}

// What of package time reads the clock or waits for it.
var clock = []string{
	"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until",
}

func TestTheCoreIsPure(t *testing.T) {
	for folder, imports := range allowed {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		checked := 0
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			checked++
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range file.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(imports, path) {
					t.Errorf("%s: imports %s", fset.Position(spec.Pos()), path)
				}
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					t.Errorf("%s: starts a goroutine", fset.Position(n.Pos()))
				case *ast.SelectorExpr:
					if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains(clock, n.Sel.Name) {
						t.Errorf("%s: time.%s reads the clock", fset.Position(n.Pos()), n.Sel.Name)
					}
				}
				return true
			})
		}
		if checked == 0 {
			t.Errorf("no Go files in %s", folder)
		}
	}
}
