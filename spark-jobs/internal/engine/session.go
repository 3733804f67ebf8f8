package engine

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/emptypb"
)

// What spark-connect-go cannot say to the server: stop what runs, and end a
// session. Both requests begin with the same three fields, so they are written
// by hand (spark/connect/base.proto of Spark 4.1).
const (
	interruptMethod = "/spark.connect.SparkConnectService/Interrupt"
	releaseMethod   = "/spark.connect.SparkConnectService/ReleaseSession"

	fieldSession       protowire.Number = 1
	fieldUserContext   protowire.Number = 2
	fieldInterruptType protowire.Number = 4 // of an InterruptRequest only
	interruptAll                        = 1

	fieldUserID protowire.Number = 1 // of a UserContext

	// farewellTimeout bounds both calls: they are made when nobody wants to wait
	// any more.
	farewellTimeout = 3 * time.Second
)

// interrupt stops everything that the session runs on the server.
func interrupt(ctx context.Context, conn grpc.ClientConnInterface, session, user string) error {
	request := sessionRequest(session, user)
	request = protowire.AppendTag(request, fieldInterruptType, protowire.VarintType)
	return farewell(ctx, conn, interruptMethod, protowire.AppendVarint(request, interruptAll))
}

// release ends the session on the server, and with it whatever it still runs.
func release(ctx context.Context, conn grpc.ClientConnInterface, session, user string) error {
	return farewell(ctx, conn, releaseMethod, sessionRequest(session, user))
}

// sessionRequest is the start of both requests.
func sessionRequest(session, user string) (request []byte) {
	request = protowire.AppendTag(request, fieldSession, protowire.BytesType)
	request = protowire.AppendString(request, session)
	var who []byte
	who = protowire.AppendTag(who, fieldUserID, protowire.BytesType)
	who = protowire.AppendString(who, user)
	request = protowire.AppendTag(request, fieldUserContext, protowire.BytesType)
	return protowire.AppendBytes(request, who)
}

// farewell sends a request although ctx may be over. An empty message with
// unknown fields is sent as these fields, and takes any answer.
func farewell(ctx context.Context, conn grpc.ClientConnInterface, method string, request []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTimeout)
	defer cancel()
	message := &emptypb.Empty{}
	message.ProtoReflect().SetUnknown(request)
	return conn.Invoke(ctx, method, message, &emptypb.Empty{})
}
