"""What is stored: private, kept, encrypted, found by the declared queries, and gone when it should be."""

from __future__ import annotations

import pytest

from shared.store.firestore_indexes import firestore_indexes
from shared.store.indexes import SCHEMA
from tests.terraform.plan import Plan


def test_every_bucket_is_private(plan: Plan, bootstrap: Plan) -> None:
    buckets = [*plan.of("storage_bucket"), *bootstrap.of("storage_bucket")]
    assert len(buckets) == 3
    for bucket in buckets:
        assert bucket.values["uniform_bucket_level_access"] is True, bucket.address
        assert bucket.values["public_access_prevention"] == "enforced", bucket.address
        assert bucket.values["versioning"] == [{"enabled": True}], bucket.address


def test_indexes_are_those_the_store_declares(plan: Plan) -> None:
    """Equal to what follows from shared/store/indexes.py, not only to the file that Terraform read."""
    wanted = firestore_indexes(SCHEMA)
    composite = {
        (r.values["collection"], tuple((f["field_path"], f["order"]) for f in r.values["fields"]))
        for r in plan.of("firestore_index")
    }
    assert composite == {
        (index["collection"], tuple((f["path"], f["order"]) for f in index["fields"]))
        for index in wanted["indexes"]
    }
    assert {(r.values["database"], r.values["query_scope"]) for r in plan.of("firestore_index")} == {
        ("hesabu", "COLLECTION")
    }


def test_single_fields_and_expiry_are_those_the_store_declares(plan: Plan) -> None:
    wanted = firestore_indexes(SCHEMA)
    fields = {
        (r.values["collection"], r.values["field"]): (r.values["index_config"], r.values["ttl_config"])
        for r in plan.of("firestore_field")
    }
    orders = {
        place: sorted(index["order"] for index in config[0].get("indexes") or [])
        for place, (config, ttl) in fields.items()
        if not ttl
    }
    assert orders == {(f["collection"], f["path"]): sorted(f["orders"]) for f in wanted["fields"]}
    expiring = {place for place, (_, ttl) in fields.items() if ttl}
    assert expiring == {(ttl["collection"], ttl["path"]) for ttl in wanted["ttl"]}
    assert ("once", "expire_at") in expiring


def test_the_database_can_be_had_back(plan: Plan) -> None:
    database = plan.one("google_firestore_database.main")
    assert database["point_in_time_recovery_enablement"] == "POINT_IN_TIME_RECOVERY_ENABLED"
    daily = plan.one("google_firestore_backup_schedule.daily")
    weekly = plan.one("google_firestore_backup_schedule.weekly")
    assert (daily["retention"], daily["daily_recurrence"]) == (f"{7 * 86400}s", [{}])
    assert (weekly["retention"], weekly["weekly_recurrence"]) == (f"{14 * 7 * 86400}s", [{"day": "SUNDAY"}])


def test_prod_refuses_to_be_destroyed(prod: Plan, dev: Plan) -> None:
    database = prod.one("google_firestore_database.main")
    assert database["delete_protection_state"] == "DELETE_PROTECTION_ENABLED"
    assert database["deletion_policy"] == "ABANDON"
    bucket = prod.one("google_storage_bucket.receipts")
    assert bucket["force_destroy"] is False
    assert all(secret.values["deletion_protection"] for secret in prod.of("secret_manager_secret"))
    assert dev.one("google_firestore_database.main")["deletion_policy"] == "DELETE"


def test_prod_keeps_receipts_for_five_years(prod: Plan) -> None:
    (policy,) = prod.one("google_storage_bucket.receipts")["retention_policy"]
    assert int(policy["retention_period"]) >= 5 * 365 * 86400
    assert policy["is_locked"] is False, "a lock cannot be undone: never from here"


def test_receipts_grow_cold_and_old_versions_end(plan: Plan) -> None:
    rules = plan.one("google_storage_bucket.receipts")["lifecycle_rule"]
    actions = {rule["action"][0]["type"]: rule["condition"][0] for rule in rules}
    assert actions.keys() == {"SetStorageClass", "Delete", "AbortIncompleteMultipartUpload"}
    assert actions["Delete"]["days_since_noncurrent_time"] > 0
    assert not actions["Delete"]["age"], "what is current is never deleted by age"


def test_browsers_may_put_from_the_product_s_own_site(plan: Plan) -> None:
    (cors,) = plan.one("google_storage_bucket.receipts")["cors"]
    assert cors["method"] == ["PUT"]
    assert cors["origin"] == [plan.output("public_url")]


def test_no_secret_value_comes_near_terraform(plan: Plan) -> None:
    assert not plan.of("secret_manager_secret_version")
    assert plan.of("secret_manager_secret")


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("storage_bucket", ("encryption", "default_kms_key_name")),
        ("firestore_database", ("cmek_config", "kms_key_name")),
        ("pubsub_topic", ("kms_key_name",)),
        ("artifact_registry_repository", ("kms_key_name",)),
        ("bigquery_dataset", ("default_encryption_configuration", "kms_key_name")),
    ],
)
def test_with_a_key_everything_stored_is_under_it(prod: Plan, kind: str, where: tuple[str, ...]) -> None:
    resources = prod.of(kind)
    assert resources
    for resource in resources:
        values = resource.values
        for name in where[:-1]:
            (values,) = values[name]
        assert values[where[-1]].startswith("projects/hesabu-keys/"), resource.address
