package rule

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

// The rule imports nothing by which an effect could reach it, starts no
// goroutine, and has the time told to it.
func TestTheRuleIsPure(t *testing.T) {
	imports := []string{"time", "github.com/peacestate/peacestate/peaceland", "github.com/peacestate/peacestate/schemas"}
	ofTime := []string{"Duration", "Millisecond", "Time"}
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		checked++
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for node := range ast.Preorder(file) {
			switch n := node.(type) {
			case *ast.ImportSpec:
				if name, err := strconv.Unquote(n.Path.Value); err != nil || !slices.Contains(imports, name) {
					t.Errorf("%s: imports %s", files.Position(n.Pos()), n.Path.Value)
				}
			case *ast.GoStmt:
				t.Errorf("%s: starts a goroutine", files.Position(n.Pos()))
			case *ast.SelectorExpr:
				if of, ok := n.X.(*ast.Ident); ok && of.Name == "time" && !slices.Contains(ofTime, n.Sel.Name) {
					t.Errorf("%s: uses time.%s", files.Position(n.Pos()), n.Sel.Name)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no file was checked")
	}
}
