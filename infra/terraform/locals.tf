data "google_project" "this" {
  project_id = var.project_id
}

locals {
  labels = {
    app         = "hesabu"
    environment = var.environment
  }

  project_number     = data.google_project.this.number
  firestore_location = coalesce(var.firestore_location, var.region)
  storage_location   = coalesce(var.storage_location, var.region)

  # Without a load balancer each function has its own address; callbacks then go to the callback function's.
  public_url = var.load_balancer ? "https://${var.host}" : "https://${local.cloud_names[local.callback_function]}-${local.project_number}.${var.region}.run.app"

  pubsub_agent = "serviceAccount:${google_project_service_identity.agent["pubsub.googleapis.com"].email}"
}
