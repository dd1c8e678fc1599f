# The book itself.
locals {
  # A key made of what an index consists of: the order of the list does not matter, a change is a new index.
  indexes = {
    for index in local.topology.firestore.indexes :
    join("/", concat([index.collection], [for f in index.fields : "${f.path}:${lower(substr(f.order, 0, 3))}"])) => index
  }
  single_fields = { for field in local.topology.firestore.fields : "${field.collection}/${field.path}" => field }
  expiring      = { for ttl in local.topology.firestore.ttl : "${ttl.collection}/${ttl.path}" => ttl }
}

resource "google_firestore_database" "main" {
  name        = var.database
  location_id = local.firestore_location
  type        = "FIRESTORE_NATIVE"

  # Any second of the last seven days can be read or cloned.
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.protect_data ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.protect_data ? "ABANDON" : "DELETE"

  dynamic "cmek_config" {
    for_each = var.kms_key == null ? [] : [var.kms_key]
    content {
      kms_key_name = cmek_config.value
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agent]
}

resource "google_firestore_index" "query" {
  for_each = local.indexes

  database   = google_firestore_database.main.name
  collection = each.value.collection

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path = fields.value.path
      order      = fields.value.order
    }
  }
}

# Which orders of one field are indexed; an empty list takes the field out of the indexes altogether.
resource "google_firestore_field" "single" {
  for_each = local.single_fields

  database   = google_firestore_database.main.name
  collection = each.value.collection
  field      = each.value.path

  index_config {
    dynamic "indexes" {
      for_each = each.value.orders
      content {
        order = indexes.value
      }
    }
  }
}

# Firestore removes these documents some time after the moment in the field; readers look at it first.
resource "google_firestore_field" "ttl" {
  for_each = local.expiring

  database   = google_firestore_database.main.name
  collection = each.value.collection
  field      = each.value.path

  ttl_config {}
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.main.name
  retention = "604800s" # 7 days

  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  database  = google_firestore_database.main.name
  retention = "8467200s" # 14 weeks, the most there is

  weekly_recurrence {
    day = "SUNDAY"
  }
}
