resource "google_logging_project_bucket_config" "default" {
  project        = var.project_id
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_retention_days

  depends_on = [google_project_service.this]
}

# Health checks that went well say nothing; there are thousands a day.
resource "google_logging_project_exclusion" "health" {
  name        = "hesabu-health"
  description = "Successful health checks"
  filter      = "resource.type=\"cloud_run_revision\" AND httpRequest.status<400 AND httpRequest.requestUrl=~\"/(healthz?|readyz?)$\""

  depends_on = [google_project_service.this]
}

# Whoever reads a callback's address in the platform's request log could repeat it. The function logs what it took, and
# requests that failed are kept.
resource "google_logging_project_exclusion" "callback_addresses" {
  name        = "hesabu-callback-addresses"
  description = "Addresses of callbacks that were taken"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${local.callback_service}\" AND log_id(\"run.googleapis.com/requests\") AND httpRequest.status<400"

  depends_on = [google_project_service.this]
}

resource "google_project_iam_audit_config" "data" {
  for_each = var.audit_data_access ? toset(["firestore.googleapis.com", "datastore.googleapis.com", "secretmanager.googleapis.com", "storage.googleapis.com"]) : toset([])

  project = var.project_id
  service = each.key

  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
