"""Reports over HTTP: made now or by a schedule, read again, downloaded."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from shared.core.errors import FieldError, Invalid, Refused
from shared.http import MANAGERS, READERS, Api, Args, Call, ListView, Reply, page_view
from shared.reports.ask import KINDS, Ask, checked
from shared.reports.definitions import NewDefinition, change_definition, write_definition
from shared.reports.places import DEFINITIONS, REPORTS, definition_key, report_key
from shared.reports.ports import Ports
from shared.reports.views import (
    DefinitionChange,
    DefinitionView,
    KindsView,
    NewReport,
    ReportView,
    asked,
    definition_view,
    kind_view,
    report_view,
)
from shared.reports.words import TITLES
from shared.store import Data, Doc, Key, Query, Tx

REPORT, DEFINITION = "/v1/reports/{report_id}", "/v1/report-definitions/{definition_id}"
INLINE = 8 * 1024 * 1024
"""Bytes of a JSON report that still fit into the answer that made it; larger ones are downloaded."""
api: Api[Ports] = Api("reports", title="Reports of the books")


@api.get("/v1/reports", roles=READERS, query=Args, lists=ReportView, summary="List reports, the newest first")
def list_reports(call: Call[Ports]) -> ListView[ReportView]:
    query = Query(REPORTS, (), "-created_on", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), report_view)


@api.get("/v1/reports/kinds", roles=READERS, returns=KindsView, summary="List the kinds of reports")
def list_report_kinds(call: Call[Ports]) -> KindsView:
    """What each takes: days or a day, filters, columns that may be chosen, formats."""
    return KindsView(data=[kind_view(kind, TITLES["en"][kind]) for kind in KINDS])


@api.post(
    "/v1/reports",
    roles=READERS,
    body=NewReport,
    returns=ReportView,
    status=201,
    idempotent=True,
    summary="Make a report now",
)
def create_report(call: Call[Ports], body: NewReport) -> ReportView:
    """As JSON the answer holds it; any form can be downloaded again as ``{id}/file``."""
    from shared.reports.making import blank, make, today_of

    ports, business = call.ports, call.business
    ask = checked(_ask(body), today_of(ports), body.format)
    key = report_key(business, "http", call.key.key)
    if (known := ports.store.get(business, key)) is not None:
        if known.data["fingerprint"] != call.key.fingerprint:
            raise Invalid("idempotency_mismatch", "this key was used for a different request")
        call.key.replayed = True
        return _inline(call, known)
    tag = f"{key.id}-{ports.ids.new('run')}"
    made = make(ports, business, ask, body.format, tag=tag)
    record: Data = {**blank(ask.kind, body.format, actor=call.actor.user), **made.data}
    record["fingerprint"] = call.key.fingerprint
    ports.store.transaction(business, lambda tx: _write(tx, key, record), once=call.once)
    return _inline(call, ports.store.require(business, key))


def _ask(body: NewReport) -> Ask:
    try:
        return asked(body)
    except ValidationError as error:
        faults = [
            FieldError("/" + "/".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors()
        ]
        raise Invalid("report_invalid", "the report cannot be made so", faults) from None


def _write(tx: Tx, key: Key, record: Data) -> Data:
    doc = tx.get(key) or tx.create(key, {**record, "created_on": tx.now})
    return {"report_id": doc.id}


def _inline(call: Call[Ports], doc: Doc) -> ReportView:
    """The record, with what it says when that is JSON and not too large."""
    view = report_view(doc)
    if doc.data["format"] != "json" or doc.data["size_bytes"] > INLINE:
        return view
    content: dict[str, Any] = json.loads(_file(call, doc))
    return view.model_copy(update={"report": content})


@api.get(REPORT, roles=READERS, returns=ReportView, summary="Read what became of a report")
def read_report(call: Call[Ports]) -> ReportView:
    return report_view(_report(call))


@api.get(f"{REPORT}/file", roles=READERS, summary="Download a report")
def download_report(call: Call[Ports]) -> Reply:
    """The file's bytes in its own type; 409 ``report_not_ready`` while there is none."""
    doc = _report(call)
    content = _file(call, doc)
    headers = {"Content-Disposition": f'attachment; filename="{doc.data["shown_name"]}"'}
    return Reply(content, mimetype=doc.data["media_type"].partition(";")[0], headers=headers)


def _report(call: Call[Ports]) -> Doc:
    return call.ports.store.require(call.business, Key(REPORTS, call.path["report_id"]))


def _file(call: Call[Ports], doc: Doc) -> bytes:
    if doc.data["status"] != "ready":
        raise Refused(f"the report is {doc.data['status']}", code="report_not_ready")
    return call.ports.blobs.get(doc.data["file"], doc.data["generation"])


@api.post(
    "/v1/report-definitions",
    roles=MANAGERS,
    body=NewDefinition,
    returns=DefinitionView,
    status=201,
    idempotent=True,
    summary="Save a report to be made again",
)
def create_definition(call: Call[Ports], body: NewDefinition) -> DefinitionView:
    """With a schedule it is made at its hour in Nairobi and sent by e-mail, each time once."""
    definition_id = call.ports.ids.new("rdf")

    def write(tx: Tx) -> Data:
        doc = write_definition(tx, definition_id, body, actor=call.actor.user)
        return definition_view(doc).model_dump(mode="json")

    answer = call.ports.store.transaction(call.business, write, once=call.once)
    return DefinitionView.model_validate(answer)


@api.get(
    "/v1/report-definitions",
    roles=READERS,
    query=Args,
    lists=DefinitionView,
    summary="List saved reports, the newest first",
)
def list_definitions(call: Call[Ports]) -> ListView[DefinitionView]:
    query = Query(DEFINITIONS, (), "-created_on", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), definition_view)


@api.get(DEFINITION, roles=READERS, returns=DefinitionView, summary="Read a saved report")
def read_definition(call: Call[Ports]) -> DefinitionView:
    return definition_view(call.ports.store.require(call.business, definition_key(_id(call))))


@api.route(
    "PUT",
    DEFINITION,
    roles=MANAGERS,
    body=DefinitionChange,
    returns=DefinitionView,
    summary="Replace a saved report",
)
def replace_definition(call: Call[Ports], body: DefinitionChange) -> DefinitionView:
    """Its next run is the first of the new schedule after now; what was made stays."""
    doc = call.ports.store.transaction(
        call.business,
        lambda tx: change_definition(tx, _id(call), body.definition(), body.version, actor=call.actor.user),
    )
    return definition_view(doc)


@api.delete(DEFINITION, roles=MANAGERS, status=204, summary="Forget a saved report")
def delete_definition(call: Call[Ports]) -> Reply:
    """It is made no more; what was made stays."""
    key = definition_key(_id(call))

    def forget(tx: Tx) -> None:
        tx.require(key)
        tx.delete(key)

    call.ports.store.transaction(call.business, forget)
    return Reply(None, status=204)


def _id(call: Call[Ports]) -> str:
    return call.path["definition_id"]
