package world

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The world is a function: nothing that it could be told by anything but its
// arguments may get in.
func TestTheWorldIsPure(t *testing.T) {
	allowed := []string{
		"cmp", "errors", "fmt", "iter", "maps", "math", "math/bits", "slices", "time",
		"github.com/peacestate/peacestate/peaceland",
		"github.com/peacestate/peacestate/schemas",
	}
	// What a pure package could still do with what is allowed.
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Local"}
	printing := []string{"Print", "Println", "Printf"}

	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		files++
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, entry.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", positions.Position(spec.Pos()), path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", positions.Position(n.Pos()))
			case *ast.SelectorExpr:
				name, ok := n.X.(*ast.Ident)
				if ok && (name.Name == "time" && slices.Contains(clock, n.Sel.Name) ||
					name.Name == "fmt" && slices.Contains(printing, n.Sel.Name)) {
					t.Errorf("%s uses %s.%s", positions.Position(n.Pos()), name.Name, n.Sel.Name)
				}
			}
			return true
		})
	}
	if files == 0 {
		t.Error("no file was looked at")
	}
}
