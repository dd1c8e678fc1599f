locals {
  services = toset(concat([
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "eventarc.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
    ],
    contains(keys(var.secret_versions), "GEMINI_KEY") ? ["generativelanguage.googleapis.com"] : [],
    var.settings.vision_transport == null ? [] : ["vision.googleapis.com"],
    var.load_balancer || var.static_egress ? ["compute.googleapis.com"] : [],
    var.kms_key == null ? [] : ["cloudkms.googleapis.com"],
    var.analytics ? ["bigquery.googleapis.com"] : [],
    var.budget == null ? [] : ["billingbudgets.googleapis.com"],
  ))

  # Google's own accounts inside the project. They appear some time after an API is enabled; asking for them makes
  # them appear now, so that the grants below have somebody to go to.
  agents = toset(concat(
    ["eventarc.googleapis.com", "pubsub.googleapis.com"],
    var.kms_key == null ? [] : ["artifactregistry.googleapis.com", "firestore.googleapis.com", "secretmanager.googleapis.com"],
  ))
}

resource "google_project_service" "this" {
  for_each = local.services

  project = var.project_id
  service = each.key

  # Something else in the project may use it.
  disable_on_destroy = false
}

resource "google_project_service_identity" "agent" {
  for_each = local.agents
  provider = google-beta

  project = var.project_id
  service = google_project_service.this[each.key].service
}

data "google_storage_project_service_account" "agent" {
  project    = var.project_id
  depends_on = [google_project_service.this["storage.googleapis.com"]]
}

# Bucket events leave Cloud Storage through Pub/Sub.
resource "google_project_iam_member" "storage_agent_publishes" {
  project = var.project_id
  role    = "roles/pubsub.publisher"
  member  = data.google_storage_project_service_account.agent.member
}

resource "google_project_iam_member" "eventarc_agent" {
  project = var.project_id
  role    = "roles/eventarc.serviceAgent"
  member  = "serviceAccount:${google_project_service_identity.agent["eventarc.googleapis.com"].email}"
}

# In a fresh project the first trigger fails with "permission denied while using the Eventarc Service Agent" until the
# grants have spread (terraform-provider-google#25294); Google says up to two minutes.
resource "time_sleep" "grants_spread" {
  create_duration = "120s"

  triggers = {
    eventarc = google_project_iam_member.eventarc_agent.id
    storage  = google_project_iam_member.storage_agent_publishes.id
  }
}
