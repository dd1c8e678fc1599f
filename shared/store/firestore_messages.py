"""Firestore's own message types, taken from google-cloud-firestore without importing its client.

Importing any part of ``google.cloud.firestore_v1`` runs the package's ``__init__``, which loads its client,
the client's asynchronous twin, a REST transport and what they need: three quarters of the cost, and nothing
that three calls over gRPC use (docs/decisions/0012-firestore.md has the figures). While the types load, the
package stands in ``sys.modules`` without having been run. Afterwards it is gone; a later import is whole.
"""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Iterator
from typing import Any

_PACKAGE = "google.cloud.firestore_v1"


@contextlib.contextmanager
def _package_not_run() -> Iterator[None]:
    spec = None if _PACKAGE in sys.modules else importlib.util.find_spec(_PACKAGE)
    if spec is None:  # loaded by somebody else already, or not installed: the import below says so
        yield
        return
    bare = sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)
    try:
        yield
    finally:
        if sys.modules.get(_PACKAGE) is bare:
            del sys.modules[_PACKAGE]


with _package_not_run():
    from google.cloud.firestore_v1.types import common, document, firestore, query, write

# the plain protobuf classes behind the typed wrappers: a document is read and written field by field
BatchGetDocumentsRequest: Any = firestore.BatchGetDocumentsRequest.pb()
BatchGetDocumentsResponse: Any = firestore.BatchGetDocumentsResponse.pb()
CommitRequest: Any = firestore.CommitRequest.pb()
CommitResponse: Any = firestore.CommitResponse.pb()
RunQueryRequest: Any = firestore.RunQueryRequest.pb()
RunQueryResponse: Any = firestore.RunQueryResponse.pb()
Document: Any = document.Document.pb()
DocumentMask: Any = common.DocumentMask.pb()
Precondition: Any = common.Precondition.pb()
Value: Any = document.Value.pb()
Write: Any = write.Write.pb()
Cursor: Any = query.Cursor.pb()
StructuredQuery: Any = query.StructuredQuery.pb()
FieldOperator: Any = query.StructuredQuery.FieldFilter.Operator
AND: int = int(query.StructuredQuery.CompositeFilter.Operator.AND)
ASCENDING: int = int(query.StructuredQuery.Direction.ASCENDING)
DESCENDING: int = int(query.StructuredQuery.Direction.DESCENDING)
