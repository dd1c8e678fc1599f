# From a zip to a running revision: where sources and images lie, and the account that builds.

resource "google_storage_bucket" "source" {
  name     = "${var.project_id}-hesabu-source"
  location = local.storage_location

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # every zip can be built again from its commit

  versioning {
    enabled = true
  }

  dynamic "encryption" {
    for_each = var.kms_key == null ? [] : [var.kms_key]
    content {
      default_kms_key_name = encryption.value
    }
  }

  # A roll-back by Terraform uploads the old zip again, so nothing has to be kept for it.
  lifecycle_rule {
    condition {
      days_since_noncurrent_time = 90
    }
    action {
      type = "Delete"
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agent]
}

resource "google_artifact_registry_repository" "images" {
  location      = var.region
  repository_id = "hesabu-functions"
  format        = "DOCKER"
  description   = "Images that Cloud Build makes of the functions"
  kms_key_name  = var.kms_key

  cleanup_policies {
    id     = "keep-ten"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "drop-old"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days; a roll-back further than ten revisions is a new deploy
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agent]
}

resource "google_service_account" "build" {
  account_id   = "hesabu-build"
  display_name = "Builds the functions"
  description  = "Used by Cloud Build only; the default build account may edit the whole project"
}

resource "google_artifact_registry_repository_iam_member" "build_writes" {
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

resource "google_project_iam_member" "build_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Cloud Functions copies the zip into a bucket of its own, which does not exist before the first deploy: the grant is
# on the project, the condition names the two buckets.
resource "google_project_iam_member" "build_reads" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title       = "source buckets only"
    description = "Ours and the one Cloud Functions copies it to"
    expression = join(" || ", [
      for bucket in ["${var.project_id}-hesabu-source", "gcf-v2-sources-${local.project_number}-${var.region}"] :
      "resource.name.startsWith(\"projects/_/buckets/${bucket}/\")"
    ])
  }
}
