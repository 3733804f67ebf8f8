package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// signatureHeader carries when a request was signed and its signature:
// t=SECONDS,v1=HEX, as Stripe does.
const signatureHeader = "X-Peacestate-Signature"

// signature is the value of the header: the HMAC-SHA256, in hex, of the
// seconds since 1970, a dot and the body. The time is part of what is signed,
// so that an old request cannot be sent again as a new one.
func signature(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
