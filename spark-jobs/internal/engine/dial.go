package engine

import (
	"context"
	"crypto/tls"
	"fmt"

	"github.com/apache/spark-connect-go/v35/spark/client/channel"
	"golang.org/x/oauth2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/credentials/oauth"
)

// maxReceived is the longest message, in bytes, that is taken from the server,
// which cuts results into messages of less than 4 MiB, but never a row. It is
// the limit of Spark's own clients; gRPC's would be 4 MiB.
const maxReceived = 128 << 20

// A dialer opens the connection, as the library would, but with a limit for
// messages that fits. It keeps what the library does not hand out: the
// connection, and the session's id.
type dialer struct {
	*channel.BaseBuilder
	conn    *grpc.ClientConn
	session string // "" before the server has answered
}

// Build replaces that of BaseBuilder.
func (d *dialer) Build(context.Context) (*grpc.ClientConn, error) {
	options := []grpc.DialOption{
		grpc.WithAuthority(d.Host()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReceived)),
		grpc.WithUnaryInterceptor(d.overhear),
	}
	if d.Token() == "" {
		options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))
	} else { // a token is for encrypted connections only
		bearer := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: d.Token(), TokenType: "bearer"})
		options = append(options,
			grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})),
			grpc.WithPerRPCCredentials(oauth.TokenSource{TokenSource: bearer}))
	}
	conn, err := grpc.NewClient(fmt.Sprintf("%s:%d", d.Host(), d.Port()), options...)
	d.conn = conn
	return conn, err
}

// overhear notes which session the library speaks of.
func (d *dialer) overhear(
	ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	err := invoke(ctx, method, request, reply, conn, options...)
	if named, ok := request.(interface{ GetSessionId() string }); ok && err == nil {
		d.session = named.GetSessionId()
	}
	return err
}
