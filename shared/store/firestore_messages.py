"""Firestore's own message types, taken from google-cloud-firestore without importing its client.

Importing any part of ``google.cloud.firestore_v1`` runs the package's ``__init__``, which loads its client,
the client's asynchronous twin, a REST transport and what they need: three quarters of the cost, and nothing
that three calls over gRPC use (docs/decisions/0012-firestore.md has the figures).
"""

from __future__ import annotations

from typing import Any

from shared.core.bare_import import package_not_run

with package_not_run("google.cloud.firestore_v1"):
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
