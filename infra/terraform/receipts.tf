# Receipt photos and statements, and the event that starts reading them.

resource "google_storage_bucket" "receipts" {
  name     = "${var.project_id}-hesabu-receipts"
  location = local.storage_location

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.protect_data

  versioning {
    enabled = true
  }

  soft_delete_policy {
    retention_duration_seconds = var.receipts.soft_delete_days * 86400
  }

  # Never locked from here: a locked policy cannot be undone by anybody, so that is a person's deliberate act.
  dynamic "retention_policy" {
    for_each = var.receipts.retention_days == 0 ? [] : [var.receipts.retention_days]
    content {
      retention_period = retention_policy.value * 86400
      is_locked        = false
    }
  }

  dynamic "encryption" {
    for_each = var.kms_key == null ? [] : [var.kms_key]
    content {
      default_kms_key_name = encryption.value
    }
  }

  # Browsers hand in photos straight to the bucket, at an address the receipts function signed.
  dynamic "cors" {
    for_each = length(var.receipts.upload_origins) == 0 ? [] : [var.receipts.upload_origins]
    content {
      origin          = cors.value
      method          = ["PUT"]
      response_header = ["Content-Type", "x-goog-if-generation-match", "x-goog-content-length-range"]
      max_age_seconds = 3600
    }
  }

  lifecycle_rule {
    condition {
      age = var.receipts.cold_after_days
    }
    action {
      type          = "SetStorageClass"
      storage_class = "COLDLINE"
    }
  }
  lifecycle_rule {
    condition {
      days_since_noncurrent_time = var.receipts.noncurrent_days
    }
    action {
      type = "Delete"
    }
  }
  lifecycle_rule {
    condition {
      age = 7
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agent]
}

resource "google_project_iam_member" "receives_events" {
  for_each = local.bucket_functions

  project = var.project_id
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.caller[each.key].member
}

# Events that are lost all the same are found by the sweep, which lists what nobody read.
resource "google_eventarc_trigger" "bucket" {
  for_each = local.bucket_functions

  name            = local.cloud_names[each.key]
  location        = lower(google_storage_bucket.receipts.location) # a trigger must be where its bucket is
  service_account = google_service_account.caller[each.key].email

  matching_criteria {
    attribute = "type"
    value     = each.value.trigger.type
  }
  matching_criteria {
    attribute = "bucket"
    value     = google_storage_bucket.receipts.name
  }

  destination {
    cloud_run_service {
      service = module.function[each.key].name
      region  = var.region
    }
  }

  lifecycle {
    precondition {
      condition     = lower(local.storage_location) == var.region || contains(["us", "eu", "asia"], lower(local.storage_location))
      error_message = "The bucket must lie in the functions' region, or in a multi-region that Eventarc knows (us, eu, asia)."
    }
  }

  depends_on = [time_sleep.grants_spread, google_project_iam_member.receives_events]
}
