# What each function may do, on the narrowest resource that Google has for it. Publishing is granted in topics.tf,
# secrets in modules/function.

resource "google_project_iam_member" "database" {
  for_each = { for name, f in local.functions : name => f if contains(f.roles, "roles/datastore.user") && !local.mongodb }

  project = var.project_id
  role    = "roles/datastore.user"
  member  = module.function[each.key].member

  # Firestore has no policy on a database or a collection; a condition on the database's name is the finest there is.
  condition {
    title      = "hesabu database only"
    expression = "resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.main.name}\""
  }
}

resource "google_storage_bucket_iam_member" "receipts" {
  for_each = {
    for pair in flatten([
      for name, f in local.functions : [
        for role in f.roles : { function = name, role = role } if startswith(role, "roles/storage.")
      ]
    ]) : "${pair.function}/${trimprefix(pair.role, "roles/storage.")}" => pair
  }

  bucket = google_storage_bucket.receipts.name
  role   = each.value.role
  member = module.function[each.value.function].member
}

# Signing an upload address without a key file: the account asks IAM to sign as itself.
resource "google_service_account_iam_member" "signs_as_itself" {
  for_each = { for name, f in local.functions : name => f if contains(f.roles, "roles/iam.serviceAccountTokenCreator") }

  service_account_id = module.function[each.key].account_id
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = module.function[each.key].member
}
