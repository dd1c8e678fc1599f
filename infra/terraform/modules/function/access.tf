resource "google_secret_manager_secret_iam_member" "reads" {
  for_each = var.secrets

  project   = var.project_id
  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}

# A 2nd gen function is a Cloud Run service of the same name, and that service decides who may call.
resource "google_cloud_run_service_iam_member" "invokes" {
  for_each = var.public ? { everybody = "allUsers" } : var.invokers

  project  = var.project_id
  location = google_cloudfunctions2_function.this.location
  service  = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = each.value

  lifecycle {
    # A function made anew has lost its callers.
    replace_triggered_by = [google_cloudfunctions2_function.this.id]
  }
}
