package app

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressIsOneLineThatIsWiped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var terminal bytes.Buffer
		p := progressOn(&terminal)
		p.say("counting")
		time.Sleep(1500 * time.Millisecond)
		p.say("comparing")
		p.say("")
		time.Sleep(5 * time.Second) // nothing is said
		p.done()
		const want = "\rcounting, 0s; Ctrl-C stops it \rcounting, 1s; Ctrl-C stops it \r\033[K\rcomparing, 0s; Ctrl-C stops it \r\033[K"
		if terminal.String() != want {
			t.Errorf("got %q, want %q", terminal.String(), want)
		}
	})
}

func TestThereIsNoProgressElsewhere(t *testing.T) {
	var file bytes.Buffer
	p := newProgress(&file)
	p.say("counting")
	p.done()
	if file.Len() > 0 {
		t.Errorf("got %q", file.String())
	}
}
