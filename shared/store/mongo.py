"""MongoDB: the store for a replica set or Atlas. Facts behind the choices: docs/decisions/0013-mongodb.md.

Whatever is read or acknowledged has reached a majority of the replica set, so no election takes it back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote_plus

from pymongo import MongoClient, ReadPreference
from pymongo.database import Database
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from shared.core.errors import Invalid, Unavailable
from shared.store import mongo_commit, mongo_schema
from shared.store.model import Doc, Key, Scan, Schema
from shared.store.mongo_documents import Document, collection_name, condition, ordering, place, read
from shared.store.mongo_errors import no_replica_set, reading

CONNECT_MS, SELECT_MS, SOCKET_MS, QUEUE_MS = 5_000, 8_000, 15_000, 8_000
"""To reach a server, find a primary (an election takes seconds), get an answer, get a free connection."""


def open_mongo(url: str) -> MongoAdapter:
    """A store in the database that ``mongodb://HOST/DATABASE`` or ``mongodb+srv://HOST/DATABASE`` names.

    Nothing is connected yet. Raises Invalid ``settings_invalid``, without repeating the address: parts of a
    mistyped password may stand anywhere in it.
    """
    try:
        client: MongoClient[Document] = MongoClient(
            url,
            connect=False,
            appname="hesabu",
            tz_aware=True,
            retryReads=True,
            retryWrites=True,
            connectTimeoutMS=CONNECT_MS,
            serverSelectionTimeoutMS=SELECT_MS,
            socketTimeoutMS=SOCKET_MS,
            waitQueueTimeoutMS=QUEUE_MS,
        )
        database = client.get_default_database(
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
            write_concern=mongo_commit.MAJORITY,
        )
    except (PyMongoError, ValueError, TypeError, OSError):
        raise _unusable() from None
    if database.name != unquote_plus(url.partition("?")[0].rpartition("/")[2]):
        raise _unusable()  # the driver takes what follows a dot for a collection
    return MongoAdapter(client, database)


def _unusable() -> Invalid:
    return Invalid(
        "settings_invalid",
        "STORE_URL: this is no usable MongoDB address; it reads mongodb+srv://USER:PASSWORD@HOST/DATABASE or "
        "mongodb://HOST:PORT/DATABASE, with special characters of the password percent-encoded",
    )


class MongoAdapter:
    """Documents in one MongoDB database, one MongoDB collection for each of ours.

    Args:
        client: not connected yet, with every time-out set; it is closed with the adapter.
        database: reads and writes with majority concern, on the primary.
    """

    def __init__(self, client: MongoClient[Document], database: Database[Document]) -> None:
        self._client = client
        self._database = database
        self._process = os.getpid()
        self._schema = Schema()
        self._existing: frozenset[str] = frozenset()

    def ensure_indexes(self, schema: Schema) -> None:
        """Create what the schema declares; one read when it is there already. Raises Unavailable."""
        self._same_process()
        self._existing |= mongo_schema.ensure(self._database, schema)
        self._schema = schema

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        self._same_process()
        ids: dict[str, list[str]] = {}
        for collection, id_ in dict.fromkeys(keys):
            ids.setdefault(collection, []).append(place(business, id_))
        found: dict[Key, Doc] = {}
        with reading():
            for collection, wanted in ids.items():
                cursor = self._docs(collection).find({"_id": {"$in": wanted}}, batch_size=len(wanted))
                docs = (read(collection, each) for each in cursor)
                found |= {doc.key: doc for doc in docs}
        return [found.get(key) for key in keys]

    def query(self, business: str, scan: Scan) -> list[Doc]:
        self._same_process()
        collection, most = scan.index.collection, scan.limit + 1
        with reading():
            cursor = self._docs(collection).find(
                condition(business, scan),
                sort=ordering(scan),
                limit=most,
                batch_size=most,
                hint=scan.index.name,  # several begin with the business: the declared one serves, no guess
            )
            return [read(collection, each) for each in cursor]

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        """Raises Conflict, UnknownOutcome, Unavailable, TooLarge.

        Removals that need not be ``durable`` are queue rows: they go one by one, because two relays that
        remove the same rows would only be each other's conflict.
        """
        self._same_process()
        steps = mongo_commit.plan(business, reads, writes, self._schema)
        if len(reads.keys() | writes.keys()) == 1 or not (durable or reads or any(writes.values())):
            for name, group in steps.items():
                mongo_commit.commit_alone(self._database, name, group)
        else:
            self._can_commit_together(steps)
            mongo_commit.commit_together(self._database, steps)

    def _docs(self, collection: str) -> mongo_commit.Docs:
        return self._database[collection_name(collection)]

    def _can_commit_together(self, names: Iterable[str]) -> None:
        """Transactions need a replica set, and collections that exist: creating one inside would conflict."""
        missing = set(names) - self._existing
        if missing:
            with reading():
                self._existing |= frozenset(self._database.list_collection_names())
                for name in missing - self._existing:
                    mongo_schema.create(self._database, name)
            self._existing |= missing
        servers = self._client.topology_description.server_descriptions().values()
        if any(server.server_type_name == "Standalone" for server in servers):
            raise no_replica_set()

    def _same_process(self) -> None:
        """The driver's connections and locks do not survive a fork."""
        if os.getpid() != self._process:
            raise Unavailable("the store was opened before a fork; open it again in this process")
