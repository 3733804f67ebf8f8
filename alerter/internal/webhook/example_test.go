package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// genuine says whether a request was signed with the secret, within the last
// five minutes. header is its X-Peacestate-Signature, body all of its bytes.
func genuine(secret, header string, body []byte, now time.Time) bool {
	seconds, signature, found := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if !found || err != nil || now.Sub(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at, body)
	want, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(mac.Sum(nil), want)
}

func Example_verify() {
	const header = "t=1772884800,v1=800045cf34ff867f02ac45b54873ad6e8ec3310fdf79526d15cf59a6cfbca5b1"
	body := []byte(`{"version":1}`)
	at := time.Unix(1772884800, 0)
	fmt.Println("as it was sent:", genuine("secret", header, body, at.Add(time.Second)))
	fmt.Println("with another body:", genuine("secret", header, []byte(`{"version":2}`), at.Add(time.Second)))
	fmt.Println("with another secret:", genuine("guess", header, body, at.Add(time.Second)))
	fmt.Println("sent again an hour later:", genuine("secret", header, body, at.Add(time.Hour)))
	// Output:
	// as it was sent: true
	// with another body: false
	// with another secret: false
	// sent again an hour later: false
}
