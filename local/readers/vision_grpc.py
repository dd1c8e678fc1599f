"""Simulated Cloud Vision over gRPC: the same answers as over REST, in protobuf."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.readers import vision
from local.readers.app import Readers

_SERVICE = "google.cloud.vision.v1.ImageAnnotator"


@contextlib.contextmanager
def serve_grpc(readers: Readers) -> Iterator[str]:
    """Serve Vision on a free loopback port, without TLS; gives its address as a setting names it."""
    import grpc

    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", 24 << 20)])
    server.add_generic_rpc_handlers([_handler(readers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        readers.closing.set()
        server.stop(None).wait()


def _handler(readers: Readers) -> Any:
    import grpc
    from google.cloud import vision_v1

    method = grpc.unary_unary_rpc_method_handler(
        lambda request, context: _answer(readers, request, context),
        request_deserializer=vision_v1.BatchAnnotateImagesRequest.deserialize,
        response_serializer=vision_v1.BatchAnnotateImagesResponse.serialize,
    )
    return grpc.method_handlers_generic_handler(_SERVICE, {"BatchAnnotateImages": method})


def _answer(readers: Readers, request: Any, context: Any) -> Any:
    """One call; faults that only HTTP knows end it as a broken connection does."""
    import grpc
    from google.cloud import vision_v1
    from google.protobuf import json_format

    fault = readers.desk.fault("vision")
    name = fault.name if fault is not None else ""
    if fault is not None and name == "status":
        context.abort(_code(fault.code), "told to fail")
    if fault is not None and name == "hold":
        readers.closing.wait(fault.seconds)
    if name in {"hold", "close", "cut_json", "html_200"}:
        context.abort(grpc.StatusCode.UNAVAILABLE, "connection reset")
    body = json_format.MessageToDict(vision_v1.BatchAnnotateImagesRequest.pb(request))
    try:
        said = vision.annotate(readers.desk, body, fault)
    except vision.Refusal as refusal:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(refusal))
    answer = vision_v1.BatchAnnotateImagesResponse()
    json_format.ParseDict(said, vision_v1.BatchAnnotateImagesResponse.pb(answer))
    return answer


def _code(status: int) -> Any:
    import grpc

    known = {
        400: grpc.StatusCode.INVALID_ARGUMENT,
        401: grpc.StatusCode.UNAUTHENTICATED,
        403: grpc.StatusCode.PERMISSION_DENIED,
        404: grpc.StatusCode.NOT_FOUND,
        429: grpc.StatusCode.RESOURCE_EXHAUSTED,
        500: grpc.StatusCode.INTERNAL,
        504: grpc.StatusCode.DEADLINE_EXCEEDED,
    }
    return known.get(status, grpc.StatusCode.UNAVAILABLE)
