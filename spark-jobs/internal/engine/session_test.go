package engine

import (
	"context"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/emptypb"
)

// The library holds the message that interrupts, but hands it out to nobody;
// what is written by hand must read as that.
func TestInterruptIsWhatTheProtocolSays(t *testing.T) {
	calls := serve(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // that is when it is called
	if err := interrupt(ctx, calls.conn, "00112233-4455-6677-8899-aabbccddeeff", "anna"); err != nil {
		t.Fatal(err)
	}
	call := <-calls.seen
	kind, err := protoregistry.GlobalTypes.FindMessageByName("spark.connect.InterruptRequest")
	if err != nil {
		t.Fatal(err)
	}
	request := kind.New()
	if err := proto.Unmarshal(call.body, request.Interface()); err != nil {
		t.Fatal(err)
	}
	field := func(m protoreflect.Message, name protoreflect.Name) protoreflect.Value {
		return m.Get(m.Descriptor().Fields().ByName(name))
	}
	if call.method != "/spark.connect.SparkConnectService/Interrupt" ||
		field(request, "session_id").String() != "00112233-4455-6677-8899-aabbccddeeff" ||
		field(field(request, "user_context").Message(), "user_id").String() != "anna" ||
		field(request, "interrupt_type").Enum() != 1 || len(request.GetUnknown()) > 0 {
		t.Errorf("%s of %v", call.method, request)
	}
}

func TestAServerThatDoesNotAnswerIsNotWaitedForLong(t *testing.T) {
	calls := serve(t, time.Minute)
	began := time.Now()
	if err := release(t.Context(), calls.conn, "s", "u"); err == nil {
		t.Error("it answered")
	}
	if took := time.Since(began); took > 2*farewellTimeout {
		t.Errorf("it took %s", took)
	}
	if call := <-calls.seen; call.method != "/spark.connect.SparkConnectService/ReleaseSession" {
		t.Errorf("called %s", call.method)
	}
}

type call struct {
	method string
	body   []byte
}

type calls struct {
	conn *grpc.ClientConn
	seen chan call
}

// serve is a server that takes any call and answers, after a while, nothing.
func serve(t *testing.T, after time.Duration) calls {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan call, 1)
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var message emptypb.Empty
		if err := stream.RecvMsg(&message); err != nil {
			return err
		}
		method, _ := grpc.MethodFromServerStream(stream)
		seen <- call{method, message.ProtoReflect().GetUnknown()}
		select {
		case <-time.After(after):
		case <-stream.Context().Done():
		}
		return stream.SendMsg(&emptypb.Empty{})
	}))
	t.Cleanup(server.Stop)
	go func() { _ = server.Serve(listener) }() // until it is stopped
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // nothing is lost
	return calls{conn, seen}
}
