package registry

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peacestate/peacestate/schemas"
	"github.com/peacestate/peacestate/schemas/wire"
)

// realURL names a running registry, e.g. DefaultURL. When it is set, the
// contract suite runs on that too, in subjects of its own.
const realURL = "PEACESTATE_TEST_REGISTRY"

// The contract suite: what must hold on any registry, the fake included.
func TestContract(t *testing.T) {
	t.Run("fake", func(t *testing.T) { testContract(t, New(newFake().serve(t))) })
	t.Run("real", func(t *testing.T) {
		url := os.Getenv(realURL)
		if url == "" {
			t.Skipf("%s is not set", realURL)
		}
		testContract(t, New(url))
	})
}

func testContract(t *testing.T, client *Client) {
	// own is a contract with a topic that nobody else uses.
	own := func(t *testing.T) schemas.Contract[schemas.Report] {
		contract := schemas.Reports()
		contract.Topic = fmt.Sprintf("test-%d", time.Now().UnixNano())
		t.Cleanup(func() {
			// A test that registered nothing has nothing to delete.
			if err := client.api.DeleteSubject(contract.Subject(), true); err != nil {
				t.Logf("delete %s: %v", contract.Subject(), err)
			}
		})
		return contract
	}

	t.Run("a registry that serves answers a ping", func(t *testing.T) {
		if err := client.Ping(); err != nil {
			t.Error(err)
		}
	})

	t.Run("every version is published, and again without effect", func(t *testing.T) {
		contract := own(t)
		for range 2 {
			if err := Publish(client, contract); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := NewWriter(client, contract); err != nil {
			t.Error(err)
		}
	})

	t.Run("what was written in any version is read", func(t *testing.T) {
		contract := own(t)
		if err := Publish(client, contract); err != nil {
			t.Fatal(err)
		}
		reader, err := NewReader(client, contract)
		if err != nil {
			t.Fatal(err)
		}
		want := schemas.Report{DroneID: "drone-000001", Citizens: []schemas.Citizen{}, Words: []string{"bread"}}
		for i := range contract.Versions {
			older := contract
			older.Versions = contract.Versions[:i+1] // as an older build had it
			writer, err := NewWriter(client, older)
			if err != nil {
				t.Fatal(err)
			}
			message, err := writer.Append(nil, want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := reader.Read(message)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("version %d, -written +read:\n%s", i+1, diff)
			}
		}
	})

	t.Run("a version that older records cannot be read in is refused", func(t *testing.T) {
		contract := own(t)
		contract.Versions = []string{
			contract.Versions[0],
			`{"type": "record", "name": "Report", "namespace": "peacestate", "fields": [{"name": "mood", "type": "string"}]}`,
		}
		err := Publish(client, contract)
		if err == nil || !strings.Contains(err.Error(), "register version 2 of "+contract.Subject()) {
			t.Errorf("got %v, want a refusal of version 2", err)
		}
	})

	t.Run("writing needs a published schema", func(t *testing.T) {
		contract := own(t)
		for n := range contract.Versions {
			_, err := NewWriter(client, contract.Version(n+1))
			want := fmt.Sprintf("version %d of %s is not registered at %s; run 'make schemas'", n+1, contract.Subject(), client.URL())
			if err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	})

	t.Run("writing needs the newest schema", func(t *testing.T) {
		contract := own(t)
		older := contract
		older.Versions = contract.Versions[:1]
		if err := Publish(client, older); err != nil {
			t.Fatal(err)
		}
		_, err := NewWriter(client, contract)
		if err == nil || !strings.Contains(err.Error(), "version 2 of ") || !strings.Contains(err.Error(), "run 'make schemas'") {
			t.Errorf("got %v, want the advice to run 'make schemas' for version 2", err)
		}
	})

	t.Run("an id that was never handed out makes a message undecodable", func(t *testing.T) {
		reader, err := NewReader(client, own(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []uint32{987_654_321, maxID, maxID + 1, 1<<32 - 1} {
			if _, err := reader.Read(wire.AppendHeader(nil, id)); !errors.Is(err, ErrUndecodable) {
				t.Errorf("id %d: %v, want ErrUndecodable", id, err)
			}
		}
	})
}

func TestPublishSetsTheCompatibilityAndThenRegistersTheOldestFirst(t *testing.T) {
	fake := newFake()
	if err := Publish(New(fake.serve(t)), schemas.Reports()); err != nil {
		t.Fatal(err)
	}
	writes := slices.DeleteFunc(fake.requests, func(r string) bool { return strings.HasPrefix(r, "GET ") })
	want := []string{
		"PUT /config/reports-value",
		"POST /subjects/reports-value/versions",
		"POST /subjects/reports-value/versions",
	}
	if diff := cmp.Diff(want, writes); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := fake.levels["reports-value"]; got != "BACKWARD" {
		t.Errorf("compatibility is %q", got)
	}
	if len(fake.schemas) != 2 || strings.Contains(fake.schemas[0], "battery_pct") || !strings.Contains(fake.schemas[1], "battery_pct") {
		t.Errorf("registered, in this order: %q", fake.schemas)
	}
}

// published is a fake with all contracts in it, and a client that reaches it
// without a network.
func published(t *testing.T) (*fake, *Client) {
	t.Helper()
	fake := newFake()
	client := newClient("http://registry", fake)
	for _, err := range []error{
		Publish(client, schemas.Reports()), Publish(client, schemas.Riots()), Publish(client, schemas.Alerts()),
		Publish(client, schemas.Maintenance()), Publish(client, schemas.CallIns()),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return fake, client
}

func riotReader(t *testing.T, client *Client) *Reader[schemas.Riot] {
	t.Helper()
	reader, err := NewReader(client, schemas.Riots())
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

// message is a riot as the fleet sends it.
func message(t *testing.T, client *Client) []byte {
	t.Helper()
	writer, err := NewWriter(client, schemas.Riots())
	if err != nil {
		t.Fatal(err)
	}
	framed, err := writer.Append(nil, schemas.Riot{RiotID: "r", Words: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	return framed
}

func TestMessagesThatNoRetryCanSave(t *testing.T) {
	_, client := published(t)
	good := message(t, client)
	alerts, err := NewWriter(client, schemas.Alerts())
	if err != nil {
		t.Fatal(err)
	}
	alert, err := alerts.Append(nil, schemas.Alert{})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string][]byte{
		"nothing":                              nil,
		"not framed":                           []byte(`{"riot_id": "r"}`),
		"a header alone":                       good[:5],
		"cut off":                              good[:len(good)-1],
		"a byte left over":                     append(bytes.Clone(good), 0),
		"in a schema that is not registered":   wire.AppendHeader(nil, 4711),
		"in the schema of another contract":    alert,
		"with an id that registries never use": wire.AppendHeader(nil, 1<<31),
	}
	for name, b := range tests {
		t.Run(name, func(t *testing.T) {
			if riot, err := riotReader(t, client).Read(b); !errors.Is(err, ErrUndecodable) {
				t.Errorf("got %+v, %v, want ErrUndecodable", riot, err)
			}
		})
	}
}

func TestTroubleOfTheRegistryIsNotTheMessages(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	tests := map[string]struct {
		broken http.HandlerFunc
		closed bool
	}{
		"it is down": {closed: true},
		"it fails": {broken: func(w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusInternalServerError, 50001, "Error in the backend datastore")
		}},
		"it starts up": {broken: func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "not yet", http.StatusServiceUnavailable)
		}},
		"the address is a website's": {broken: func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html>", http.StatusNotFound)
		}},
		"the address is another program's, which speaks JSON": {broken: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			answer(w, map[string]any{"status": 404})
		}},
		"it refuses us": {broken: func(w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusUnauthorized, 40101, "Unauthorized")
		}},
		"its answer is no JSON": {broken: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fake, client := published(t)
			framed := message(t, client)
			fake.broken = tt.broken
			if tt.closed {
				client = New(closed.URL)
			}
			reader := riotReader(t, client)
			_, err := reader.Read(framed)
			if err == nil || errors.Is(err, ErrUndecodable) {
				t.Fatalf("reading: %v, want an error that may pass", err)
			}
			if _, err := NewWriter(client, schemas.Riots()); err == nil || strings.Contains(err.Error(), "make schemas") {
				t.Errorf("making a writer: %v, want an error of the registry's", err)
			}
			if err := client.Ping(); err == nil {
				t.Error("a ping was answered")
			}
			if err := Publish(client, schemas.Riots()); err == nil {
				t.Error("schemas were published")
			}
			if tt.closed {
				return
			}
			fake.broken = nil
			if _, err := reader.Read(framed); err != nil {
				t.Errorf("once it is over: %v", err)
			}
		})
	}
}

func TestARegistryThatHangsIsGivenUpOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake, client := published(t)
		framed := message(t, client)
		reader := riotReader(t, client)
		fake.hang = true
		calls := map[string]func() error{
			"Ping":      client.Ping,
			"Publish":   func() error { return Publish(client, schemas.Riots()) },
			"NewWriter": func() error { _, err := NewWriter(client, schemas.Riots()); return err },
			"Read":      func() error { _, err := reader.Read(framed); return err },
		}
		for name, call := range calls {
			began := time.Now()
			err := call()
			if err == nil || errors.Is(err, ErrUndecodable) {
				t.Errorf("%s: %v, want an error that may pass", name, err)
			}
			if took := time.Since(began); took != requestTimeout {
				t.Errorf("%s took %s, want %s", name, took, requestTimeout)
			}
		}
	})
}

func TestASchemaIsFetchedOnce(t *testing.T) {
	fake, client := published(t)
	framed := message(t, client)
	id, _, err := wire.Split(framed)
	if err != nil {
		t.Fatal(err)
	}
	before := fake.asked(id) // publishing asks too
	reader := riotReader(t, client)
	for range 3 {
		if _, err := reader.Read(framed); err != nil {
			t.Fatal(err)
		}
	}
	if asked := fake.asked(id) - before; asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}

func TestTheSchemaOfAWriterThatIsKnownIsNotFetched(t *testing.T) {
	fake, client := published(t)
	framed := message(t, client)
	id, _, err := wire.Split(framed)
	if err != nil {
		t.Fatal(err)
	}
	writer, err := NewWriter(client, schemas.Riots())
	if err != nil {
		t.Fatal(err)
	}
	before := fake.asked(id)
	reader := riotReader(t, client)
	reader.Know(writer)
	if _, err := reader.Read(framed); err != nil {
		t.Fatal(err)
	}
	if asked := fake.asked(id) - before; asked != 0 {
		t.Errorf("asked %d times, want never", asked)
	}
}

func TestASchemaOfNoUseIsNotAskedForAgainForAWhile(t *testing.T) {
	const unregistered = 4711
	tests := map[string]func(*testing.T, *Client) uint32{
		"one that is not registered": func(*testing.T, *Client) uint32 { return unregistered },
		"another contract's": func(t *testing.T, client *Client) uint32 {
			alerts, err := NewWriter(client, schemas.Alerts())
			if err != nil {
				t.Fatal(err)
			}
			return alerts.id
		},
	}
	for name, idOf := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake, client := published(t)
				id := idOf(t, client)
				before := fake.asked(id) // publishing asks too
				reader := riotReader(t, client)
				read := func() {
					t.Helper()
					if _, err := reader.Read(wire.AppendHeader(nil, id)); !errors.Is(err, ErrUndecodable) {
						t.Errorf("got %v, want ErrUndecodable", err)
					}
				}
				read()
				time.Sleep(refusedFor - time.Millisecond)
				read()
				if asked := fake.asked(id) - before; asked != 1 {
					t.Errorf("asked %d times within %s, want once", asked, refusedFor)
				}
				time.Sleep(time.Millisecond)
				read()
				if asked := fake.asked(id) - before; asked != 2 {
					t.Errorf("asked %d times after %s, want twice", asked, refusedFor)
				}
			})
		})
	}
}

func TestTheCachesAreBounded(t *testing.T) {
	fake, client := published(t)
	reader := riotReader(t, client)
	read := func(id uint32, want error) {
		t.Helper()
		if _, err := reader.Read(append(wire.AppendHeader(nil, id), 0)); !errors.Is(err, want) {
			t.Fatalf("id %d: %v, want %v", id, err, want)
		}
	}
	// Many schemas of one field, in which a zero byte is a riot without an id.
	for i := range 2 * maxSchemas {
		fake.schemas = append(fake.schemas, fmt.Sprintf(
			`{"type": "record", "name": "peacestate.Riot", "doc": "%d", "fields": [{"name": "riot_id", "type": "string"}]}`, i))
		read(uint32(len(fake.schemas)), nil)
	}
	for i := range uint32(2 * maxSchemas) {
		read(1_000_000+i, ErrUndecodable)
	}
	if got := reader.codecs.Len(); got != maxSchemas {
		t.Errorf("%d compiled schemas are kept, want %d", got, maxSchemas)
	}
	if got := reader.refused.Len(); got != maxSchemas {
		t.Errorf("%d refused ids are kept, want %d", got, maxSchemas)
	}
}

func TestAWriterKeepsWhatIsThere(t *testing.T) {
	_, client := published(t)
	writer, err := NewWriter(client, schemas.Riots())
	if err != nil {
		t.Fatal(err)
	}
	for name, riot := range map[string]schemas.Riot{"when it succeeds": {}, "when it fails": {Lat: 91}} {
		t.Run(name, func(t *testing.T) {
			got, err := writer.Append([]byte("before"), riot)
			if !bytes.HasPrefix(got, []byte("before")) {
				t.Errorf("got %q", got)
			}
			if err != nil && len(got) != len("before") {
				t.Errorf("after %v, %q was left", err, got)
			}
		})
	}
}

func Example() {
	registry := httptest.NewServer(newFake().handler()) // DefaultURL, in life
	defer registry.Close()
	client := New(registry.URL)

	_, err := NewWriter(client, schemas.Riots())
	fmt.Println(strings.ReplaceAll(err.Error(), registry.URL, DefaultURL))

	if err := Publish(client, schemas.Riots()); err != nil {
		fmt.Println(err)
		return
	}
	writer, err := NewWriter(client, schemas.Riots())
	if err != nil {
		fmt.Println(err)
		return
	}
	message, err := writer.Append(nil, schemas.Riot{CitizenName: "Ada Ferreira", Peacescore: 4.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	reader, err := NewReader(client, schemas.Riots())
	if err != nil {
		fmt.Println(err)
		return
	}
	riot, err := reader.Read(message)
	fmt.Println(riot.CitizenName, riot.Peacescore, err)

	_, err = reader.Read([]byte("hello"))
	fmt.Println(errors.Is(err, ErrUndecodable))
	// Output:
	// version 2 of riots-value is not registered at http://localhost:8081/apis/ccompat/v7; run 'make schemas'
	// Ada Ferreira 4.5 <nil>
	// true
}
