"""The golden inventory: what dev consists of, one line a resource, so that a change shows what it changes.

python -m tests.terraform.inventory        writes it again; look at the difference before you commit it
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.terraform.plan import Plan, Resource, read_plan
from tools import terraform

FILE = Path(__file__).with_name("inventory.txt")

KEYS: dict[str, tuple[str, ...]] = {
    "artifact_registry_repository": ("format", "location"),
    "cloud_run_service_iam_member": ("role", "member"),
    "cloud_scheduler_job": ("schedule", "time_zone", "attempt_deadline"),
    "cloudfunctions2_function": ("name", "location"),
    "compute_backend_service": ("name", "protocol"),
    "compute_global_forwarding_rule": ("port_range",),
    "eventarc_trigger": ("location", "service_account"),
    "firestore_backup_schedule": ("retention",),
    "firestore_database": (
        "name",
        "location_id",
        "point_in_time_recovery_enablement",
        "delete_protection_state",
    ),
    "firestore_field": ("collection", "field"),
    "firestore_index": ("collection",),
    "logging_project_bucket_config": ("retention_days",),
    "monitoring_uptime_check_config": ("period",),
    "project_iam_member": ("role", "member"),
    "project_service": ("service",),
    "pubsub_subscription": ("ack_deadline_seconds", "message_retention_duration"),
    "pubsub_topic": ("message_retention_duration",),
    "pubsub_topic_iam_member": ("role", "member"),
    "secret_manager_secret": ("secret_id", "deletion_protection"),
    "secret_manager_secret_iam_member": ("role", "member"),
    "service_account": ("account_id",),
    "service_account_iam_member": ("role",),
    "storage_bucket": ("name", "location", "public_access_prevention", "force_destroy"),
    "storage_bucket_iam_member": ("role", "member"),
    "storage_bucket_object": ("name",),
}
"""By type, what is worth a line's room besides the address."""
ELSEWHERE = {
    f"google_{kind}" for kind in ("logging_metric", "monitoring_alert_policy", "monitoring_dashboard")
}
"""What has lists of its own: infra/metrics.json, and test_monitoring.py."""
SERVICE = (
    "available_memory",
    "available_cpu",
    "timeout_seconds",
    "max_instance_request_concurrency",
    "min_instance_count",
    "max_instance_count",
    "ingress_settings",
)


def lines(plan: Plan) -> list[str]:
    """One line for each resource, by address, without the hashes of packages: they change with the code."""
    looked_at = [resource for resource in plan.resources if resource.type not in ELSEWHERE]
    return sorted(f"{resource.address} {_told(resource)}".rstrip() for resource in looked_at)


def _told(resource: Resource) -> str:
    kind = resource.type.removeprefix("google_")
    values: dict[str, Any] = {name: resource.values.get(name) for name in KEYS.get(kind, ())}
    if kind == "cloudfunctions2_function":
        (service,) = resource.values["service_config"]
        values |= {name: service[name] for name in SERVICE}
        values["secrets"] = [secret["key"] for secret in service["secret_environment_variables"]]
    known = {name: value for name, value in values.items() if value is not None}
    text = json.dumps(known, ensure_ascii=False) if known else ""
    return re.sub(r"-[0-9a-f]{64}\.zip", "-HASH.zip", text)


if __name__ == "__main__":
    if reason := terraform.missing():
        sys.exit(reason)
    FILE.write_text("\n".join(lines(read_plan(terraform.environment_plan("dev")))) + "\n")
