# With kms_key set, every service that stores data does so under that key; its own agent must be allowed to use it.
locals {
  key_users = var.kms_key == null ? {} : merge(
    { storage = data.google_storage_project_service_account.agent.member },
    {
      for service in ["artifactregistry.googleapis.com", "firestore.googleapis.com", "pubsub.googleapis.com", "secretmanager.googleapis.com"] :
      split(".", service)[0] => "serviceAccount:${google_project_service_identity.agent[service].email}"
    },
    { for agent in data.google_bigquery_default_service_account.agent : "bigquery" => agent.member },
  )
}

# BigQuery's agent appears when it is asked for.
data "google_bigquery_default_service_account" "agent" {
  for_each = var.kms_key != null && var.analytics ? toset(["agent"]) : toset([])

  project    = var.project_id
  depends_on = [google_project_service.this["bigquery.googleapis.com"]]
}

resource "google_kms_crypto_key_iam_member" "agent" {
  for_each = local.key_users

  crypto_key_id = var.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value
}
